/** A NAPTR record (RFC 3403 §4.1), as `node:dns` reads it. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

export interface DiscoveryLimits {
  /** Questions that one discovery asks. */
  readonly questions: number;
  /** Records of one answer that are looked at, and URLs that are found. */
  readonly records: number;
}

export const discoveryDefaults: DiscoveryLimits = { questions: 10, records: 50 };

/**
 * Finds the conference servers of a domain by U-NAPTR (RFC 6503 §7, RFC 4848): their URLs, the best first; none when the
 * domain names none. `ask` gives the NAPTR records of a name, none where it has none, and throws what it likes when nobody
 * answers. A record that does not say what it should is passed over.
 */
export async function discover(
  domain: string,
  ask: (name: string) => Promise<readonly Naptr[]>,
  limits: Partial<DiscoveryLimits> = {},
): Promise<URL[]> {
  const { questions, records } = { ...discoveryDefaults, ...limits };
  const asked = new Set<string>();

  async function under(name: string): Promise<URL[]> {
    const key = nameKey(name);
    if (asked.has(key) || asked.size >= questions) return [];
    asked.add(key);
    const found = (await ask(key)).slice(0, records).filter(isForUs).sort(byPlace);
    const urls: URL[] = [];
    for (const [index, record] of found.entries()) {
      // RFC 3403 §4.1: what has another order counts only when nothing before it leads anywhere.
      if (urls.length > 0 && record.order !== found[index - 1]?.order) break;
      urls.push(...(await meantBy(record)));
    }
    return urls;
  }

  async function meantBy({ flags, regexp, replacement }: Naptr): Promise<URL[]> {
    if (flags === '') return regexp === '' && nameKey(replacement) !== '' ? under(replacement) : [];
    const url = flags.toLowerCase() === 'u' ? urlOf(regexp) : undefined;
    return url === undefined ? [] : [url];
  }

  const urls = new Map((await under(domain)).map((url) => [url.href, url]));
  return [...urls.values()].slice(0, records);
}

const nameKey = (name: string): string => name.toLowerCase().replace(/\.$/, '');

const byPlace = (one: Naptr, other: Naptr): number => one.order - other.order || one.preference - other.preference;

/** RFC 6503 figure 29 writes `XCON-CCMP`, the grammar of RFC 4848 §4.5 would write `XCON:CCMP`; case means nothing. */
function isForUs({ service }: Naptr): boolean {
  const [name, ...protocols] = service.toLowerCase().split(':');
  return name === 'xcon-ccmp' || (name === 'xcon' && protocols.includes('ccmp'));
}

/**
 * The URI of a regular expression, which can only replace everything (RFC 4848 §2.2); figure 29 of RFC 6503 misprints
 * `.*`. An http or https URI (RFC 6503 §7), without a password that somebody else would choose.
 */
function urlOf(regexp: string): URL | undefined {
  const [, uri = ''] = /^!(?:\.\*|\*\.)!([^!]+)!$/.exec(regexp) ?? [];
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  return url.username === '' && url.password === '' ? url : undefined;
}
