import { isFocus as isOtherFocus } from '../conference/cascading.ts';
import { DESCRIPTION_SECTION } from '../conference/lists.ts';
import { textsOf } from '../conference/summaries.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { sipUriOf, type XconUri } from '../model/identifiers.ts';
import { makeRequest } from '../sip/agent/user-agent.ts';
import type { DialogLayer } from '../sip/dialog/layer.ts';
import { OutgoingInvite, type Caller as Invites } from '../sip/dialog/outgoing-invite.ts';
import type { SessionSettings } from '../sip/dialog/session-user.ts';
import { NameAddress } from '../sip/message/name-address.ts';
import { Parameters } from '../sip/message/parameters.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import type { SipUri } from '../sip/message/uri.ts';
import type { Location } from '../sip/registrar/location.ts';
import type { Flow, Target } from '../sip/transport/flow.ts';
import { Call, type CallContext } from './call.ts';
import type { Destination } from './destination.ts';
import type { Callee, Extras } from './dial-out.ts';
import { type AskedInvite, type Fields, OutgoingCall } from './outgoing-call.ts';
import type { Device } from './ring.ts';
import type { InviteName, InviteNames } from './invite-names.ts';
import { historyOf } from './uri-list.ts';

/** One way to a telephone. */
export interface Way {
  /** The Request-URI. */
  readonly uri: string;
  /** Values of Route. */
  readonly routes: readonly string[];
  /** By which it goes, whatever URI and routes say. */
  readonly flow?: Flow | undefined;
  /** As whom the callee is addressed. */
  readonly to: string;
}

/** What is asked of a way. */
export interface AskedCall {
  readonly callee: Callee;
  readonly object: ConferenceObject;
  readonly extras: Extras;
  readonly isDiverted: boolean;
  /** Her telephone may have the INVITE of another life of ours, with other media. */
  readonly isResumed: boolean;
  readonly names: InviteNames;
  readonly claim: (call: OutgoingCall) => boolean;
  readonly alerting: () => void;
}

export interface WaysParts {
  /** Where a user of ours is: `Registrar.locations`. */
  readonly locations: (address: SipUri) => readonly (readonly [Location, ...Location[]])[];
  readonly flow: (id: string) => Flow | undefined;
  readonly dialogs: DialogLayer;
  /** Our Contact for who is reached by a flow, or by a URI, with `isfocus` (RFC 4579 §4), as a field value. */
  readonly contact: (way: Flow | SipUri | undefined, conference: XconUri) => string;
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** Whether an address that was located may be sent to. */
  readonly admits: (target: Target) => boolean;
  /** The domain of conferences that have none of their own. */
  readonly domain: string;
  readonly session: Partial<SessionSettings>;
  readonly newId: () => string;
}

/** How people are reached, and what an INVITE to them says. */
export class Ways {
  readonly #parts: WaysParts;

  constructor(parts: WaysParts) {
    this.#parts = parts;
  }

  /** The telephones behind an address; none where a user of ours has not registered. */
  to(destination: Destination): readonly Device<Way>[] {
    if (destination.kind === 'foreign') {
      const { uri, route } = destination;
      const to = `<${uri.toString()}>`;
      return [{ q: 1, ways: [{ uri: uri.toString(), routes: route === undefined ? [] : [route], to }] }];
    }
    const to = `<${destination.address.toString()}>`;
    const { locations, flow } = this.#parts;
    return locations(destination.address).map((device) => ({
      q: device[0].q,
      ways: device.map((one) => ({
        uri: one.uri.toString(),
        routes: one.routes,
        flow: one.flow === undefined ? undefined : flow(one.flow),
        to,
      })),
    }));
  }

  /** Calls by a way (RFC 4579 §5.2). */
  call(
    way: Way,
    { callee, object, extras, isDiverted, isResumed, names, claim, alerting }: AskedCall,
    context: CallContext,
  ): OutgoingCall {
    const { user, conference, endpoint } = callee;
    const principal = { userId: user, addresses: object.users.get(user)?.facts.addresses ?? [] };
    const caller = { kind: 'user', principal: { ...principal, systemAdministrator: false } } as const;
    const isCascade = isOtherFocus(object, caller.principal);
    const history = extras.recipients && historyOf(extras.recipients);
    const name = names.next(placeOf(way));
    return new OutgoingCall({
      context,
      call: new Call(context, {
        id: this.#parts.newId(),
        conference,
        user,
        endpoint,
        caller,
        joined: 'dialed-out',
        isCascade,
      }),
      object,
      fields: this.#fields(way, conference, extras),
      attached: history === undefined ? [] : [history],
      invite: (asked, invites) => this.invite(way, object, asked, invites, name),
      isFocus: this.#parts.isFocus,
      ...{ isDiverted, isResumed, claim, alerting },
    });
  }

  /** Who calls: the conference. */
  from(object: ConferenceObject): string {
    const { displayText } = textsOf(object.sections.get(DESCRIPTION_SECTION));
    const name = displayText
      ?.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
      .trim()
      .slice(0, NAME_LENGTH);
    const uri = parseUri(sipUriOf(object.header.stands?.series ?? object.uri, this.#parts.domain));
    return new NameAddress(uri, Parameters.NONE, name === '' ? undefined : name).toString();
  }

  /** Our Contact for who is reached by a way, and what routes a request there. */
  routing({ flow, routes, uri }: Way, conference: XconUri): Fields {
    const first = routes[0] === undefined ? parseUri(uri) : parseUri(/<([^>]*)>/.exec(routes[0])?.[1] ?? routes[0]);
    const contact = this.#parts.contact(flow ?? (first.kind === 'sip' ? first : undefined), conference);
    return [...routes.map((route) => ['Route', route] as const), ['Contact', contact]];
  }

  #fields(way: Way, conference: XconUri, { replaces }: Extras): Fields {
    return [
      ...this.routing(way, conference),
      ['Allow-Events', 'conference'],
      ...(replaces === undefined
        ? []
        : ([
            ['Replaces', replaces],
            ['Require', 'replaces'],
          ] as const)),
    ];
  }

  /** Ends the ringing that the INVITE of an earlier life has begun (RFC 3261 §9.1). `reason`: a value of Reason (RFC 3326). */
  async cancel(way: Way, conference: XconUri, names: InviteNames, reason: string): Promise<void> {
    const { dialogs, admits, domain } = this.#parts;
    const { callId, tag, branch } = names.next(placeOf(way));
    const { uri, to, flow, routes } = way;
    const from = `<${sipUriOf(conference, domain)}>`;
    const fields = [...routes.map((route) => ['Route', route] as const), ['Reason', reason] as const];
    const request = makeRequest('CANCEL', uri, { from, to, tag, callId, fields });
    await dialogs.outgoing.send(request, { flow, admits, branch });
  }

  invite(
    { uri, to, flow }: Way,
    object: ConferenceObject,
    { fields, body }: AskedInvite,
    user: Invites,
    { callId, tag, branch }: Partial<InviteName> = {},
  ): OutgoingInvite {
    const { dialogs, session, admits } = this.#parts;
    const request = makeRequest('INVITE', uri, { from: this.from(object), to, tag, callId, fields, body });
    return new OutgoingInvite({ layer: dialogs, request, user, settings: session, flow, admits, branch });
  }
}

/** Names a way among those of one call. */
const placeOf = ({ uri, routes }: Way): string => [uri, ...routes].join(' ');

const NAME_LENGTH = 100;
