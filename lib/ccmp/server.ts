import type { Logger } from 'pino';
import type { Call } from '../conference/calls.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import { bodyDefaults, readBody, type BodyLimits } from '../http/body.ts';
import type { Service } from '../http/edge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestFacts } from '../http/scheme.ts';
import { DEFAULT_XML_LIMITS, parse, XmlError, type XmlLimits } from '../xml/parse.ts';
import type { XmlElement } from '../xml/element.ts';
import { RESPONSE_STRINGS } from './codec/codes.ts';
import { MEDIA_TYPE, UnreadableMessage } from './codec/messages.ts';
import { RememberedRequests } from './codec/remembered.ts';
import { decodeRequest, type CcmpRequest } from './codec/request.ts';
import type { CcmpResponse } from './codec/response.ts';
import { sketch } from './codec/sketch.ts';
import type { Content } from './codec/writer.ts';
import { WrittenResponses } from './codec/written.ts';
import type { Extension } from './extensions/extension.ts';
import { checkHttpRules, HttpRefusal } from './http-rules.ts';
import { Overload, Overloaded, overloadDefaults, type OverloadLimits, type Running } from './overload.ts';
import { Requests } from './requests/index.ts';
import type { Control, Outcome } from './requests/pair.ts';
import { CodedRefusal, responseCode } from './response-codes.ts';
import { schemasPath } from './schemas.ts';
import { SenderCheck, type Sender, type Users } from './sender.ts';

export interface CcmpSettings {
  /** The path of the URL at which requests are taken. */
  readonly path: string;
  readonly body: BodyLimits;
  readonly xml: Partial<XmlLimits>;
  /** Clients whose User-Agent contains one of these, in any case, get answers dressed for Linphone. */
  readonly linphoneAgents: readonly string[];
  /** Where all requests are sent instead; while the service moves or rests. */
  readonly redirect: string | undefined;
  /** Seconds that clients wait before they follow; 0 for at once. */
  readonly retryAfter: number;
  readonly overload: OverloadLimits;
}

export const ccmpDefaults = {
  path: '/ccmp',
  body: bodyDefaults,
  // A body of the length that is taken holds no more that mean something.
  xml: { ...DEFAULT_XML_LIMITS, elements: 20_000 },
  linphoneAgents: ['linphone'],
  redirect: undefined,
  retryAfter: 0,
  overload: overloadDefaults,
} satisfies CcmpSettings;

export interface CcmpParts {
  readonly control: Control;
  /** What is served beyond RFC 6503. */
  readonly extensions?: readonly Extension[];
  readonly users: Users;
  readonly authentication: Pick<HttpAuthentication, 'authenticate' | 'password' | 'refusal'>;
  readonly logger: Pick<Logger, 'error'>;
  /** Milliseconds, for rates. */
  readonly clock?: () => number;
}

type Answer = CcmpResponse<XmlElement | Content>;

/** What an answer is, said once for all (RFC 6503 §9). */
const CONTENT_TYPE = `${MEDIA_TYPE};charset=UTF-8`;

/** The conference control server (RFC 6503). */
export class ConferenceControlServer {
  readonly #requests: Requests;
  readonly #authentication: CcmpParts['authentication'];
  readonly #senders: SenderCheck;
  readonly #logger: CcmpParts['logger'];
  readonly #settings: CcmpSettings;
  readonly #linphoneAgents: readonly string[];
  readonly #overload: Overload;
  readonly #remembered = new RememberedRequests();
  readonly #written = new WrittenResponses();

  constructor(
    { control, extensions = [], users, authentication, logger, clock = () => performance.now() }: CcmpParts,
    settings: CcmpSettings = ccmpDefaults,
  ) {
    this.#requests = new Requests(control, extensions, schemasPath(settings.path));
    this.#authentication = authentication;
    this.#senders = new SenderCheck(users, authentication);
    this.#logger = logger;
    this.#settings = settings;
    this.#linphoneAgents = settings.linphoneAgents.map((name) => name.toLowerCase());
    this.#overload = new Overload(settings.overload, clock);
  }

  /** Requests that are worked on. */
  get running(): number {
    return this.#overload.running;
  }

  /** What happens to a request below CCMP; errors here are plain HTTP. */
  readonly serve: Service = async (exchange) => {
    const { request, facts, headers } = exchange;
    headers['Cache-Control'] = 'no-store';
    try {
      checkHttpRules(request);
      this.#redirect();
      this.#checkRate(exchange);
      const body = await readBody(request, this.#settings.body);
      const proved = await this.#authenticate(exchange);
      // Who sends neither body nor credentials waits for the challenge, as `curl --digest` does.
      if (body.length === 0 && proved === undefined) throw this.#refusal(facts, { kind: 'none' });
      const answer = await this.#answer(exchange, body, proved);
      // RFC 6503 §9: whatever CCMP answers travels in a 200.
      exchange.answer(200, CONTENT_TYPE, this.#written.encode(answer));
    } catch (error) {
      answerPlainly(exchange, error);
    }
  };

  /** What happens to a CCMP message; errors here are CCMP answers, save for a lack of HTTP credentials. */
  async #answer(exchange: Exchange, body: Buffer, proved: Principal | undefined): Promise<Answer> {
    const { facts, headers, log } = exchange;
    let request: CcmpRequest | undefined;
    try {
      request = this.#overload.isFull ? sketch(body) : this.#read(body);
      log['type'] = request.type;
      log['operation'] = request.operation;
      log['conference'] = request.confObjID;
      const answer = await this.#work(request, exchange, proved);
      log['conference'] = answer.confObjID;
      log['code'] = answer.code;
      return answer;
    } catch (error) {
      if (error instanceof XmlError) throw error;
      if (error instanceof Overloaded) {
        log['limit'] = `overload.${error.limit}`;
        headers['Retry-After'] = error.retryAfter;
      }
      if (error instanceof Refusal && error.obstacle !== undefined && 'setting' in error.obstacle)
        log['limit'] = error.obstacle.setting;
      const unproved = proved === undefined && request?.subject === undefined;
      if (unproved && error instanceof Refusal && error.reason === 'authentication-required')
        throw this.#refusal(facts, { kind: 'none' });
      const answer = this.#failure(error, request);
      log['type'] = answer.type;
      log['code'] = answer.code;
      return answer;
    }
  }

  #read(body: Buffer): CcmpRequest {
    return this.#remembered.get(body, () => decodeRequest(parse(body, this.#settings.xml)));
  }

  /** Waits as long for an answer as a request may take. @throws {Refusal} {CodedRefusal} */
  #work(request: CcmpRequest, exchange: Exchange, proved: Principal | undefined): Promise<Answer> {
    return new Promise((answer, refuse) => {
      const running = this.#overload.begin(refuse);
      this.#perform(request, exchange, proved, running).then(answer, refuse);
    });
  }

  /** Finds the sender and does what the request asks, unless there is too much to do. */
  async #perform(
    request: CcmpRequest,
    { facts, log }: Exchange,
    proved: Principal | undefined,
    running: Running,
  ): Promise<Answer> {
    try {
      const sender = await this.#senders.identify(request, proved, facts);
      // The id of a guest is her secret, so only users are named in the log.
      if (sender.caller.kind === 'user') log['user'] = sender.caller.principal.userId;
      if (running.late) throw new Overloaded('requestTime', 'It took too long.');
      const call = this.#callOf(request, sender, facts);
      const account = accountOf(sender, facts);
      this.#overload.enter(account, facts);
      try {
        return success(request, sender, await this.#requests.perform(call, request));
      } finally {
        this.#overload.leave(account);
      }
    } finally {
      this.#overload.end(running);
    }
  }

  /** RFC 6503 §9: a redirection carries no CCMP. @throws {HttpRefusal} */
  #redirect(): void {
    const { redirect, retryAfter } = this.#settings;
    if (redirect === undefined) return;
    const wait = retryAfter > 0 ? { 'Retry-After': String(retryAfter) } : {};
    throw new HttpRefusal(307, 'The service is elsewhere.', { Location: redirect, ...wait });
  }

  /** @throws {HttpRefusal} before the body is read */
  #checkRate({ facts, log }: Exchange): void {
    const wait = this.#overload.wait(facts);
    if (wait === undefined) return;
    log['limit'] = 'overload.addressRate';
    throw new HttpRefusal(429, 'Too many requests come from your network.', { 'Retry-After': String(wait) });
  }

  /** The user of the HTTP credentials, if there are any. @throws {HttpRefusal} */
  async #authenticate({ facts, headers, log }: Exchange): Promise<Principal | undefined> {
    const outcome = await this.#authentication.authenticate(facts);
    if (outcome.kind === 'none') return undefined;
    if (outcome.kind === 'refused') {
      if (outcome.retryAfter !== undefined && outcome.unavailable !== true) log['limit'] = 'attempts';
      throw this.#refusal(facts, outcome);
    }
    if (outcome.info !== undefined) headers['Authentication-Info'] = outcome.info;
    return outcome.principal;
  }

  #refusal(facts: RequestFacts, outcome: Parameters<HttpAuthentication['refusal']>[1]): HttpRefusal {
    const { status, headers } = this.#authentication.refusal(facts, outcome);
    const isWrong = outcome.kind === 'refused' && outcome.stale !== true;
    const advice = isWrong ? 'Check user and password.' : 'Log in to send this request.';
    return new HttpRefusal(status, status === 401 ? advice : 'Wait before the next attempt.', headers);
  }

  #callOf({ conferencePassword }: CcmpRequest, { caller }: Sender, { source, headers }: RequestFacts): Call {
    const agent = headers['user-agent']?.toLowerCase() ?? '';
    const linphone = this.#linphoneAgents.some((name) => agent.includes(name));
    return {
      caller,
      source,
      profile: linphone ? 'linphone' : 'standard',
      ...(conferencePassword !== undefined && { password: conferencePassword }),
    };
  }

  #failure(error: unknown, request: CcmpRequest | undefined): Answer {
    if (error instanceof HttpRefusal) throw error;
    if (error instanceof UnreadableMessage)
      return { type: error.type, confUserID: error.confUserID ?? '', code: 400, string: error.message };
    const { type = 'conf', confUserID = '', confObjID, operation, extensionName } = request ?? {};
    const repeated = { type, confUserID, confObjID, operation, extensionName };
    if (error instanceof CodedRefusal) return { ...repeated, code: error.code, string: error.message };
    if (error instanceof Refusal) {
      const code = responseCode(error.reason, type, operation);
      // RFC 6503 §5.3.4: of the errors only 409 tells the version.
      return { ...repeated, code, string: error.message, version: code === 409 ? error.version : undefined };
    }
    this.#logger.error({ err: error, type, operation }, 'a request failed unexpectedly');
    return { ...repeated, code: 500, string: RESPONSE_STRINGS[500] };
  }
}

/** Whose limits count: one may write her id in many ways, and strangers may write anybody's. */
const accountOf = ({ caller }: Sender, { source }: RequestFacts): string =>
  caller.kind === 'user' ? caller.principal.userId : source;

function success(request: CcmpRequest, { confUserID }: Sender, outcome: Outcome): Answer {
  return {
    type: request.type,
    confUserID: confUserID || (outcome.confUserID ?? ''),
    confObjID: outcome.confObjID ?? request.confObjID,
    operation: request.operation,
    code: 200,
    string: outcome.note === undefined ? RESPONSE_STRINGS[200] : `${RESPONSE_STRINGS[200]}. ${outcome.note}`,
    version: outcome.version,
    info: outcome.info,
    extensionName: request.extensionName,
    ...(outcome.extension && { extension: outcome.extension }),
  };
}

function answerPlainly(exchange: Exchange, error: unknown): void {
  if (error instanceof XmlError && error.limit !== undefined) exchange.log['limit'] = `xml.${error.limit}`;
  const refusal = error instanceof XmlError ? new HttpRefusal(400, error.message) : error;
  if (!(refusal instanceof HttpRefusal)) throw error;
  Object.assign(exchange.headers, refusal.headers);
  exchange.answerText(refusal.status, refusal.message);
}
