import type { ConferenceObject } from '../model/conference-object.ts';
import { sipUriOf } from '../model/identifiers.ts';
import { makeRequest } from '../sip/agent/user-agent.ts';
import type { Request } from '../sip/message/request.ts';
import type { Answer, SendOptions } from '../sip/transaction/outgoing.ts';
import type { Target } from '../sip/transport/flow.ts';
import type { Contacted, Gate } from './gate.ts';
import { type Final, finalOf } from './ring.ts';
import type { Way, Ways } from './ways.ts';

export interface ReferralParts {
  readonly gate: Gate;
  readonly ways: Ways;
  /** `UserAgent.send`. */
  readonly send: (request: Request, options: SendOptions) => Promise<Answer>;
  readonly admits: (target: Target) => boolean;
  /** The domain of conferences that have none of their own. */
  readonly domain: string;
}

/**
 * Asks somebody by REFER to call a conference (RFC 4579 §5.6): at the telephones that she prefers, one after the other until
 * one takes it. Resolves to its answer; how the call goes the roster tells.
 */
export function refer(parts: ReferralParts, who: Contacted, address: string, object: ConferenceObject): Promise<Final> {
  const { gate, ways } = parts;
  return gate.pass(who, object, address, false, async (destination) => {
    let final = finalOf(480);
    const devices = ways.to(destination).toSorted((one, other) => other.q - one.q);
    for (const way of devices.flatMap((device) => device.ways)) {
      final = await send(parts, way, object);
      if (final.status < 300 || final.status >= 600) break;
    }
    return final;
  });
}

async function send({ ways, send: sent, admits, domain }: ReferralParts, way: Way, object: ConferenceObject) {
  const request = makeRequest('REFER', way.uri, {
    from: ways.from(object),
    to: way.to,
    fields: [
      ...ways.routing(way, object.uri),
      // What stands for some occurrences of a series is reached where the series is.
      ['Refer-To', `<${sipUriOf(object.header.stands?.series ?? object.uri, domain)}>`],
      // The roster shows who comes (RFC 4488 §4).
      ['Refer-Sub', 'false'],
      ['Supported', 'norefersub'],
    ],
  });
  const { status, reason } = (await sent(request, { flow: way.flow, admits })).response;
  return finalOf(status, reason);
}
