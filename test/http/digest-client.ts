import { createHash } from 'node:crypto';

export interface ClientWay {
  readonly username: string;
  readonly password: string;
  readonly method?: string;
  readonly uri?: string;
  readonly nc?: string;
  /** Leaves qop, nc and cnonce out, as clients of RFC 2069 do. */
  readonly withoutQop?: boolean;
  /** `algorithm="MD5"`, as Linphone writes it. */
  readonly quotedAlgorithm?: boolean;
}

/** The parameters of a challenge. */
export function readChallenge(challenge: string): Record<string, string> {
  const pairs = challenge.replace(/^\w+ /, '').matchAll(/([a-z]+)=(?:"([^"]*)"|([^",\s]+))/g);
  return Object.fromEntries([...pairs].map(([, name = '', quoted, plain = '']) => [name, quoted ?? plain]));
}

/** What a client sends to a Digest challenge: written after RFC 7616 §3.4, sharing nothing with the server's code. */
export function answer(challenge: string, way: ClientWay): string {
  const { username, password, method = 'POST', uri = '/ccmp', nc = '00000001' } = way;
  const { realm, nonce, algorithm = 'MD5' } = readChallenge(challenge);
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const a1 = hash(`${username}:${realm}:${password}`);
  const a2 = hash(`${method}:${uri}`);
  const quality = way.withoutQop ? '' : `, qop=auth, nc=${nc}, cnonce="0a4f113b"`;
  const response = hash(way.withoutQop ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:0a4f113b:auth:${a2}`);
  const named = way.quotedAlgorithm ? `"${algorithm}"` : algorithm;
  return `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${named}${quality}`;
}

export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
