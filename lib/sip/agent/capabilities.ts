import { ACCEPT, CONTENT_ENCODING, isAccepted } from '../message/headers/index.ts';
import { bodyParts, type BodyPart } from '../message/multipart.ts';
import type { Request } from '../message/request.ts';
import { Response, type ResponseParts } from '../message/response.ts';
import { newTag } from '../token.ts';

/** Media types of the bodies that a handler takes in requests and gives in responses; what it leaves out it judges itself. */
export interface Content {
  readonly takes?: readonly string[] | undefined;
  readonly gives?: readonly string[] | undefined;
}

/** What a user agent can do. */
export interface Capabilities {
  readonly methods: readonly string[];
  /** Option tags of its handlers. */
  readonly supported: readonly string[];
  /** Event packages. */
  readonly events: readonly string[];
  /** Of the handler of a method. */
  readonly content: (method: string) => Content;
}

/** Extensions that the stack itself understands. */
const STACK = ['100rel', 'timer', 'norefersub'];

/** Schemes of Request-URIs that somebody behind us may understand. */
const SCHEMES = new Set(['sip', 'sips', 'tel']);

/** Methods that mean something to somebody: 405 where we don't serve one, 501 for all others (RFC 3261 §21.5.2). */
const METHODS = new Set(
  'REGISTER INVITE BYE OPTIONS SUBSCRIBE NOTIFY REFER INFO MESSAGE UPDATE PRACK PUBLISH'.split(' '),
);

/** What RFC 3261 §8.2 checks before a request is looked at: method, Request-URI, Require, bodies. Undefined when all is well. */
export function acceptable(request: Request, can: Capabilities): Response | undefined {
  if (!can.methods.includes(request.method)) return capabilities(request, can, METHODS.has(request.method) ? 405 : 501);
  if (!SCHEMES.has(request.uri.scheme)) return refused(request, 416);
  const unknown = request.require.filter((tag) => !optionTags(can).includes(tag));
  if (unknown.length > 0) return refused(request, 420, { fields: [['Unsupported', unknown.join(', ')]] });
  const { takes, gives } = can.content(request.method);
  if (isEncoded(request)) return refused(request, 415, { fields: [['Accept-Encoding', 'identity']] });
  if (takes !== undefined && !isUnderstood(request, takes))
    return refused(request, 415, { fields: [['Accept', takes.join(', ')]] });
  if (gives !== undefined && !isWelcome(request, gives)) return refused(request, 406);
  return undefined;
}

const isEncoded = (request: Request): boolean =>
  request.body.length > 0 && request.all(CONTENT_ENCODING).some((encoding) => encoding.toLowerCase() !== 'identity');

/** Whether we understand every body that the sender insists on, one of alternatives (RFC 3261 §8.2.3, RFC 5621 §3). */
function isUnderstood(request: Request, takes: readonly string[]): boolean {
  if (request.contentType === undefined) return true;
  const needed = bodyParts(request).filter(({ disposition }) => disposition?.isRequired !== false);
  const isTaken = ({ contentType }: BodyPart): boolean => takes.includes(contentType.type);
  return request.contentType.type === 'multipart/alternative' ? needed.some(isTaken) : needed.every(isTaken);
}

const isWelcome = (request: Request, gives: readonly string[]): boolean =>
  !request.has('Accept') || gives.some((type) => isAccepted(type, request.all(ACCEPT)));

/** A response that says what we can do (RFC 3261 §11.2). */
export function capabilities(
  request: Request,
  can: Capabilities,
  status: number,
  more: readonly (readonly [name: string, value: string])[] = [],
): Response {
  return refused(request, status, {
    fields: [
      ...more,
      ['Allow', can.methods.join(', ')],
      ['Supported', optionTags(can).join(', ')],
      ...(can.events.length > 0 ? [['Allow-Events', can.events.join(', ')] as const] : []),
    ],
  });
}

const optionTags = ({ supported }: Capabilities): string[] => [...new Set([...STACK, ...supported])];

const refused = (request: Request, status: number, parts: ResponseParts = {}): Response =>
  Response.to(request, status, { toTag: newTag(), ...parts });
