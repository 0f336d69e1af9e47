import type { TLSSocket } from 'node:tls';
import type { Directory } from '../directory/directory.ts';
import type { Principal } from '../directory/principal.ts';
import { parseXconUserId } from '../model/identifiers.ts';

const named = new WeakMap<object, readonly string[]>();

/**
 * The names that a client's certificate proves (RFC 5280 §4.2.1.6), as ids and addresses of users: a URI as it is, an
 * e-mail as `mailto:`, a DNS name as `dns:`. None without a certificate of a client CA.
 */
export function certifiedNames(socket: Partial<TLSSocket>): readonly string[] {
  const known = named.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.authorized === true ? socket.getPeerX509Certificate?.() : undefined;
  const names = subjectAlternativeNames(certificate?.subjectAltName ?? '');
  named.set(socket, names);
  return names;
}

const SCHEMES: Readonly<Record<string, string>> = { URI: '', email: 'mailto:', DNS: 'dns:' };
const NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/** Reads what node prints of the extension: a value with a comma or a quote in it is JSON. */
export function subjectAlternativeNames(printed: string): readonly string[] {
  return [...printed.matchAll(NAME)].flatMap(([, kind = '', value = '']) => {
    const scheme = SCHEMES[kind];
    if (scheme === undefined) return [];
    return [scheme + (value.startsWith('"') ? (JSON.parse(value) as string) : value)];
  });
}

/** The one user of the directory whom a certificate names; undefined when it names none or several. */
export async function certifiedUser(
  directory: Pick<Directory, 'principalById' | 'principalByAddress'>,
  names: readonly string[],
): Promise<Principal | undefined> {
  const found = await Promise.all(
    names.map((name) => {
      const userId = name.startsWith('xcon-userid:') ? parseXconUserId(name) : undefined;
      return userId === undefined ? directory.principalByAddress(name) : directory.principalById(userId);
    }),
  );
  const [first, ...others] = found.filter((principal) => principal !== undefined);
  return others.every(({ userId }) => userId === first?.userId) ? first : undefined;
}
