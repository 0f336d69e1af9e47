import { FOCUS, idOf } from '../conference-package/addresses.ts';
import { targetIn } from '../conference/asked-targets.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { Adding } from '../focus/adding.ts';
import type { Call } from '../focus/call.ts';
import { DialOuts } from '../focus/dial-outs.ts';
import { Factory } from '../focus/factory.ts';
import type { Focus } from '../focus/focus.ts';
import { Gate, type Screening } from '../focus/gate.ts';
import { Invitations } from '../focus/invitations.ts';
import { ListInvite } from '../focus/list-invite.ts';
import { type Assisted, Operator } from '../focus/operator.ts';
import { Quotas } from '../focus/quota.ts';
import { References } from '../focus/references.ts';
import { refer } from '../focus/referral.ts';
import { type Final, finalOf } from '../focus/ring.ts';
import { LIST_INVITE, LIST_TYPE } from '../focus/uri-list.ts';
import { Ways } from '../focus/ways.ts';
import { isFocus } from '../mmtel/focus-evidence.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { isPresent } from '../model/user.ts';
import { Allowance } from '../outbox/allowance.ts';
import type { UserAgent } from '../sip/agent/user-agent.ts';
import type { Clock } from '../sip/clock.ts';
import { type Incoming, refuse } from '../sip/event/answering.ts';
import { Refer } from '../sip/event/refer.ts';
import type { SipUri, Uri } from '../sip/message/uri.ts';
import { newTag } from '../sip/token.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import type { Flow, Protocol } from '../sip/transport/flow.ts';
import type { SqliteStore } from '../store/sqlite/store.ts';
import { calledAddresses, CONTENT } from './focus.ts';

export interface DialOutWiring {
  readonly config: Config;
  readonly agent: UserAgent;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly control: ConferenceControl;
  readonly people: People;
  readonly focus: Focus;
  readonly screening: Screening;
  readonly store: SqliteStore;
  /** Asks by mail who has no telephone. */
  readonly referByMail: ((object: ConferenceObject, user: XconUserId) => Promise<void>) | undefined;
  readonly report: (error: unknown) => void;
}

/** Whether there is a focus that calls people. */
export const dialsOut = (config: Config): boolean =>
  config['dialOut.enabled'] === 'yes' &&
  (['sip.listen', 'sip.tls', 'sip.ws', 'sip.wss'] as const).some((name) => config[name] !== undefined);

/** Whom the focus calls, and who makes it do so. */
export interface DialOutFront {
  readonly dialOuts: DialOuts;
  readonly factory: Factory;
  /** Calls the operator for somebody. */
  readonly assist: (assisted: Assisted) => Promise<Final>;
}

/** The calls that the focus makes, over the user agent; it also takes REFERs. */
export function openDialOut(wiring: DialOutWiring): DialOutFront {
  const { config, agent, clock, date, control, people, focus, screening, store, report } = wiring;
  const settings = section(config, 'dialOut');
  const { endpoints } = control;
  const { context } = focus.parts;
  const servesDomain = (domain: string): boolean => people.servesDomain(domain);
  const find = focus.parts.conferenceOf;
  const admits = calledAddresses(config);
  const gate = new Gate({
    rules: settings,
    servesDomain,
    isConference: async (address) => {
      if (address.kind !== 'sip' || !isHere(address, agent, people)) return false;
      const uri = find(address);
      return uri !== undefined && (await endpoints.object(uri)) !== undefined;
    },
    quotas: new Quotas(
      settings,
      new Allowance(
        { spent: store.records('calls-spent'), now: date },
        { count: settings.foreignCalls, period: settings.period },
      ),
    ),
    screening,
    media: context.mixer.carries,
  });
  const ways = new Ways({
    locations: (address) => agent.registrar?.locations(address) ?? [],
    flow: (id) => agent.transport.flow(id),
    dialogs: agent.dialogs,
    contact: (way, uri) => `${agent.contact(sideOf(agent, way), idOf(uri), `;conf-id=${idOf(uri)}`)}${FOCUS}`,
    isFocus,
    admits,
    domain: people.domain,
    session: { ...focus.parts.settings.session, ringTime: settings.ringTime },
    newId: newTag,
  });
  const referrals = { gate, ways, admits, domain: people.domain, send: agent.send.bind(agent) };
  const invitations = new Invitations({
    ...{ endpoints, asked: store.records('asked'), clock, date, report },
    refer: async (object, name) => {
      const { user, address } = targetIn(object, name);
      const facts = user && object.users.get(user)?.facts;
      if (facts !== undefined && isPresent(facts)) return;
      if (address !== undefined) await refer(referrals, { conference: object.uri, user }, address, object);
      else if (user !== undefined) await wiring.referByMail?.(object, user);
    },
  });
  const dialOuts = new DialOuts({
    ...{ context, endpoints, gate, ways, clock, log: store, callees: store.records('callee') },
    ...(settings.enabled === 'yes' && { invitations }),
    page: settings.page,
    newId: newTag,
    settings: { ...settings, retried: settings.retried.map(Number) },
    onChange: (listener) => control.onChange(listener),
  });
  const adding = new Adding({ control, endpoints, dialOuts, domain: people.domain, date });
  const events = new Refer(agent.notifier);
  const reached = (uri: Uri): Promise<XconUri | undefined> => focus.reached(uri);
  const references = new References({
    callOf: (request) => focus.callOf(request),
    identities: focus.parts.identities,
    ...{ reached, adding, control, endpoints, report },
    refer: (who, address, object) => refer(referrals, who, address, object),
    events,
    date,
    limits: settings,
  });
  const address = settings.enabled === 'yes' ? config['focus.operator'] : undefined;
  const admit = async ({ conference, user, endpoint }: Call): Promise<void> => {
    await endpoints.report(conference, user, endpoint, { status: 'connected' }, PENDING);
  };
  const operating = { gate, ways, mixer: context.mixer, isFocus, reached, admit, events, newId: newTag, report };
  const operator = address === undefined ? undefined : new Operator({ ...operating, address });
  const referred = async (server: Incoming): Promise<void> => {
    if ((await operator?.refer(server)) !== true) await references.receive(server);
  };
  agent.handle('REFER', referred, { takes: [LIST_TYPE, 'multipart/mixed'] });
  const lists = new ListInvite({ adding, gate, listed: settings.listed, report });
  const { user, ends } = section(config, 'factory');
  const factory = new Factory({
    ...{ control, endpoints, lists, report },
    identities: focus.parts.identities,
    take: (server, uri, identified) => focus.take(server, uri, identified),
    blueprint: (media) => blueprintNamed(media.has('video') ? 'audio-video' : 'default', people.domain),
    adHoc: store.records('ad-hoc'),
    onChange: (listener) => control.onChange(listener),
    date,
    settings: { user, ends: ends === 'last' ? 'last' : 'creator' },
  });
  const isAsked = ({ request }: ServerTransaction): boolean => factory.serves(request.uri);
  agent.handle('INVITE', (server) => (isAsked(server) ? factory.invite(server) : invited(focus, server)), {
    takes: [...CONTENT, LIST_TYPE],
  });
  agent.handle('OPTIONS', (server) => (isAsked(server) ? agent.answerOptions(server, []) : focus.options(server)));
  const assist = (assisted: Assisted): Promise<Final> => operator?.connect(assisted) ?? Promise.resolve(finalOf(480));
  return { dialOuts, factory, assist };
}

const PENDING: ReadonlySet<string> = new Set(['pending']);

/** Conferences themselves take no lists (RFC 5366 §5.1). */
function invited(focus: Focus, server: ServerTransaction): Promise<void> {
  if (!server.request.require.includes(LIST_INVITE)) return focus.invite(server);
  refuse(server, { status: 420, fields: [['Unsupported', LIST_INVITE]] });
  return Promise.resolve();
}

const blueprintNamed = (name: string, domain: string): XconUri => `xcon:${name}@${domain}` as XconUri;

/** Whether a URI is in a domain of ours, or leads straight to us. */
const isHere = ({ host, port }: SipUri, { transport }: UserAgent, people: People): boolean =>
  people.servesDomain(host.toLowerCase()) || transport.isOurs(host, port ?? 5060);

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls', 'ws', 'wss'];

/** Our side of a flow, or of one to a URI that is not there yet. */
function sideOf({ transport }: UserAgent, way: Flow | SipUri | undefined): Pick<Flow, 'protocol' | 'local'> {
  if (way !== undefined && 'protocol' in way) return way;
  const wanted = way?.transport ?? (way?.scheme === 'sips' ? 'tls' : 'udp');
  return transport.sideOf(PROTOCOLS.find((one) => one === wanted) ?? 'udp');
}
