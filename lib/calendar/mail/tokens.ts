import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { XconUri } from '../../model/identifiers.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const BYTES = 15;

/** Whose answer an address takes: the same for a conference and an attendee for ever, and nobody else's to guess. */
export class Tokens {
  readonly #key: Buffer;

  /** @param key of the server, from which others follow */
  constructor(key: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', key, '', 'plenary mail', 32));
  }

  /** 120 bits in letters that survive every mail system. */
  of(uri: XconUri, address: string): string {
    const mac = createHmac('sha256', this.#key).update(`${uri}\n${address}`).digest();
    let token = '';
    let [bits, held] = [0, 0];
    for (const byte of mac.subarray(0, BYTES)) {
      held = ((held << 8) | byte) & 0xfff;
      bits += 8;
      for (; bits >= 5; bits -= 5) token += ALPHABET.charAt((held >> (bits - 5)) & 31);
    }
    return token;
  }
}

/** Under which an invitation is found by its token, which is stored nowhere. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export const replyAddress = (token: string, domain: string): string => `conf+${token}@${domain}`;

/** The token of an address that answers come to. */
export const tokenIn = (address: string): string | undefined =>
  /^conf\+([a-z2-7]{24})@/i.exec(address)?.[1]?.toLowerCase();
