import type { Message } from '../message/message.ts';

/** A session description, whatever it is: SIP looks no deeper. */
export interface Description {
  /** application/sdp … */
  readonly type: string;
  readonly body: Buffer;
}

/** What a message describes: its body, unless that is about something else (RFC 3261 §20.11). @throws {BadMessage} 400 */
export function descriptionOf(message: Message): Description | undefined {
  if (message.body.length === 0) return undefined;
  const disposition = message.header('Content-Disposition');
  if (disposition !== undefined && !/^\s*(early-)?session\b/i.test(disposition)) return undefined;
  return { type: message.header('Content-Type') ?? 'application/sdp', body: message.body };
}

/** The fields and body of a message that carries it. */
export const describing = (
  description: Description | undefined,
): { readonly fields: readonly (readonly [name: string, value: string])[]; readonly body?: Buffer } =>
  description === undefined ? { fields: [] } : { fields: [['Content-Type', description.type]], body: description.body };
