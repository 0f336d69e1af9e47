import { ROUTE } from '../message/headers/index.ts';

import type { Request } from '../message/request.ts';
import type { SipUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';

/** Request-URI and Route of a request in a dialog (RFC 3261 §12.2.1.1). */
export interface Routing {
  readonly uri: string;
  readonly routes: readonly string[];
}

export function routed(target: string, routes: readonly string[]): Routing {
  const strict = nextHopOf(routes);
  if (strict === undefined) return { uri: target, routes };
  // A strict router expects itself in the Request-URI, and the target behind the last Route.
  return {
    uri: strict.withoutHeaders().withParameter('method', undefined).toString(),
    routes: [...routes.slice(1), `<${target}>`],
  };
}

/** The first route, where it is a strict router: the request goes to its Request-URI (§8.1.2). */
export function nextHopOf(routes: readonly string[]): SipUri | undefined {
  const [first] = routes;
  if (first === undefined) return undefined;
  const uri = ROUTE.readAll([first])[0]?.uri;
  return uri?.kind === 'sip' && !uri.isLoose ? uri : undefined;
}

/**
 * Whether requests in the dialog can go back over the flow that a request came by: its next hop is the peer itself or has recorded a
 * route, and it listens there, because it is a connection, the peer asks for symmetric responses (RFC 3581), or says so (RFC 5626 §5.4).
 */
export function leadsBack(request: Request, flow: Flow): boolean {
  const { vias } = request;
  if (vias.length > 1 && request.recordRoutes.length === 0) return false;
  if (flow.reliable || vias[0]?.parameters.has('rport') === true) return true;
  const uri = request.contacts[0]?.uri;
  return uri?.kind === 'sip' && uri.parameters.has('ob');
}
