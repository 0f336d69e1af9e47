import type { Call } from '../../conference/calls.ts';
import type { Operation } from '../codec/messages.ts';
import type { CcmpRequest } from '../codec/request.ts';
import type { Outcome } from '../requests/pair.ts';

export type ExtensionHandler = (call: Call, request: CcmpRequest) => Promise<Outcome>;

/**
 * A request and response pair beyond RFC 6503, carried by extendedRequest (§5.3.11). Each has a file here, made with the
 * parts that it works on; the system says which are served, and optionsRequest tells.
 */
export interface Extension {
  /** What stands in `extensionName`. */
  readonly name: string;
  /** Another name under which it is asked for. */
  readonly alias?: string;
  readonly operations: Readonly<Partial<Record<Operation, ExtensionHandler>>>;
  /** The file in `schemas/` that defines its elements. */
  readonly schema: string;
  /** For people. */
  readonly description: string;
}
