/** What the mail server that we trust found out about where a mail comes from (RFC 8601). */
export type Verdict = 'passed' | 'failed' | 'unknown';

interface MethodResult {
  readonly method: string;
  readonly result: string;
  /** `header.from`, `header.d`, `smtp.mailfrom` … and their values. */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Whether a mail is of the domain of its From: by DMARC, else by a DKIM signature or an SPF sender of the very domain.
 * Headers of other servers than the configured one mean nothing (RFC 8601 §4.1): anybody may have written them.
 */
export function verdictOf(headers: readonly string[], authservId: string, domain: string): Verdict {
  const results = headers.flatMap((header) => resultsOf(header, authservId));
  const [dmarc] = results.filter(({ method }) => method === 'dmarc');
  const isFrom = dmarc && (dmarc.properties.get('header.from')?.toLowerCase() ?? domain) === domain;
  if (dmarc?.result === 'pass' && isFrom === true) return 'passed';
  if (dmarc?.result === 'fail') return 'failed';
  const aligned = results.some(
    ({ method, result, properties }) =>
      result === 'pass' &&
      ((method === 'dkim' && domainIn(properties.get('header.d') ?? properties.get('header.i')) === domain) ||
        (method === 'spf' && domainIn(properties.get('smtp.mailfrom')) === domain)),
  );
  if (aligned) return 'passed';
  return results.some(({ method, result }) => (method === 'dkim' || method === 'spf') && result === 'fail')
    ? 'failed'
    : 'unknown';
}

const domainIn = (value = ''): string => value.slice(value.lastIndexOf('@') + 1).toLowerCase();

/** The results in one header; none where another server wrote it, or in another version. */
function resultsOf(header: string, authservId: string): MethodResult[] {
  const [first = '', ...parts] = withoutComments(header).split(';');
  const [id = '', version = '1'] = first.trim().split(/\s+/);
  if (id.toLowerCase() !== authservId.toLowerCase() || version !== '1') return [];
  return parts.flatMap((part) => {
    const [said = '', ...rest] = part
      .trim()
      .replace(/\s*=\s*/g, '=')
      .split(/\s+/);
    const [, method, result] = /^([a-z0-9-]+)(?:\/\d+)?=([a-z]+)$/i.exec(said) ?? [];
    if (method === undefined || result === undefined) return [];
    const properties = new Map(
      rest.flatMap((one): [string, string][] => {
        const [, name, value] = /^([a-z.-]+)="?([^"]*)"?$/i.exec(one) ?? [];
        return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]];
      }),
    );
    return [{ method: method.toLowerCase(), result: result.toLowerCase(), properties }];
  });
}

/** Comments (RFC 5322 §3.2.2) may stand everywhere and inside one another; what is quoted is none. */
function withoutComments(text: string): string {
  let [kept, depth, quoted] = ['', 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '\\') {
      if (depth === 0) kept += text.slice(at, at + 2);
      at += 1;
    } else if (sign === '"' && depth === 0) {
      quoted = !quoted;
      kept += sign;
    } else if (sign === '(' && !quoted) depth += 1;
    else if (sign === ')' && depth > 0) depth -= 1;
    // In quotes it separates nothing.
    else if (depth === 0) kept += quoted && sign === ';' ? ' ' : sign;
  }
  return kept;
}
