import type { Request } from '../message/request.ts';
import { Response, type ResponseParts } from '../message/response.ts';
import { newTag } from '../token.ts';

/** What a user agent can do. */
export interface Capabilities {
  readonly methods: readonly string[];
  /** Option tags of its handlers. */
  readonly supported: readonly string[];
  /** Event packages. */
  readonly events: readonly string[];
}

/** Extensions that the stack itself understands. */
const STACK = ['100rel', 'timer', 'norefersub'];

/** Schemes of Request-URIs that somebody behind us may understand. */
const SCHEMES = new Set(['sip', 'sips', 'tel']);

/** What RFC 3261 §8.2 checks before a request is looked at: method, Request-URI, Require. Undefined when all is well. */
export function acceptable(request: Request, can: Capabilities): Response | undefined {
  if (!can.methods.includes(request.method)) return capabilities(request, can, 405);
  if (!SCHEMES.has(request.uri.scheme)) return refused(request, 416);
  const unknown = request.require.filter((tag) => !optionTags(can).includes(tag));
  if (unknown.length > 0) return refused(request, 420, { fields: [['Unsupported', unknown.join(', ')]] });
  return undefined;
}

/** A response that says what we can do (RFC 3261 §11.2). */
export function capabilities(request: Request, can: Capabilities, status: number): Response {
  return refused(request, status, {
    fields: [
      ['Allow', can.methods.join(', ')],
      ['Supported', optionTags(can).join(', ')],
      ...(can.events.length > 0 ? [['Allow-Events', can.events.join(', ')] as const] : []),
    ],
  });
}

const optionTags = ({ supported }: Capabilities): string[] => [...new Set([...STACK, ...supported])];

const refused = (request: Request, status: number, parts: ResponseParts = {}): Response =>
  Response.to(request, status, { toTag: newTag(), ...parts });
