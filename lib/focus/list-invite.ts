import type { Call as Asking } from '../conference/calls.ts';
import { Refusal } from '../conference/refusal.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Refusal as Refused } from '../sip/event/package.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import type { Request } from '../sip/message/request.ts';
import type { Adding } from './adding.ts';
import type { Gate } from './gate.ts';
import { readReference } from './reference.ts';
import { consentNeeded, recipientsOf, type Recipient } from './uri-list.ts';

export interface ListInviteParts {
  readonly adding: Pick<Adding, 'add'>;
  readonly gate: Pick<Gate, 'admits'>;
  /** People on one list. */
  readonly listed: number;
  readonly report: (error: unknown) => void;
}

/** The people whom an INVITE to the conference factory brings along (RFC 5366). */
export class ListInvite {
  readonly #parts: ListInviteParts;

  constructor(parts: ListInviteParts) {
    this.#parts = parts;
  }

  /**
   * Who they are; nobody is called where one of them has not agreed to be: users of ours have by their accounts, others by the
   * settings (RFC 5363 §5.2, RFC 5360). @throws {BadMessage} 400, 413, 415
   */
  read(request: Request): readonly Recipient[] | Refused {
    const recipients = recipientsOf(request, this.#parts.listed) ?? [];
    const missing: string[] = [];
    for (const { uri } of recipients) {
      const address = addressIn(uri);
      if (typeof address !== 'string') return address;
      if (!this.#parts.gate.admits(address)) missing.push(address);
    }
    return missing.length > 0 ? consentNeeded(missing) : recipients;
  }

  /** Has all of them called, as if each had been asked for alone (RFC 5366 §5); the roster tells who came. */
  async call(asking: Asking, conference: XconUri, recipients: readonly Recipient[]): Promise<void> {
    const all = recipients.map(({ uri }) => {
      const address = addressIn(uri);
      if (typeof address !== 'string') return Promise.resolve();
      return this.#parts.adding.add(asking, conference, address, () => undefined, { recipients });
    });
    for (const one of await Promise.allSettled(all))
      if (one.status === 'rejected' && !(one.reason instanceof Refusal)) this.#parts.report(one.reason);
  }
}

/** Whom an entry names to be added; how it is refused where it names nobody, or asks for something else. */
function addressIn(text: string): string | Refused {
  try {
    const reference = readReference(parseUri(text));
    if ('status' in reference) return reference;
    return reference.action === 'add'
      ? reference.address.toString()
      : { status: 403, reason: 'List With Other Methods' };
  } catch (error) {
    if (error instanceof BadMessage) return { status: 400, reason: 'Malformed URI in the list' };
    throw error;
  }
}
