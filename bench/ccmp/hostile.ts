import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { mutateBytes } from '../../test/hostile/mutations.ts';
import { randomNumbers } from '../../test/store/sqlite/random.ts';
import { median, type Figure } from '../figures.ts';
import { addUsers, makeConference } from './data.ts';
import { headersOf } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { join, list, mute, rename, retrieve, type Message } from './messages.ts';
import { newData, type Setting } from './setting.ts';

const USERS = 10;
const MUTATIONS = 2_000;
/** A little less than what a body may have by default. */
const BYTES = 190_000;
const SEED = 20_261_123;

/**
 * How long somebody honest waits behind something hostile: each hostile request is on its way when the honest one
 * follows on another connection.
 */
export async function measureHostile(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  await addUsers(data, ['alice', 'mallory']);
  await addUsers(data, ['root'], true);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const [honest, hostile] = [new Client(plenary.url), new Client(plenary.url)];
  const uri = await makeConference(plenary.url, 'alice', USERS - 1);
  const own = retrieve('alice', uri);
  // Compilers need some turns before a figure stays where it is.
  for (let warm = 0; warm < MUTATIONS; warm++) await honest.send(own);
  const times: { readonly what: string; readonly took: number }[] = [];
  for (const [what, message] of hostileRequests(uri)) {
    const answered = hostile.send(message);
    const begun = performance.now();
    const answer = await honest.send(own);
    times.push({ what, took: performance.now() - begun });
    if (!answer.includes('<response-code>200</response-code>')) throw new Error(`after ${what}: ${answer}`);
    await answered;
  }
  await plenary.stop();
  const worst = times.reduce((one, other) => (one.took > other.took ? one : other));
  return [
    {
      name: 'the next honest request after something hostile',
      value: worst.took,
      unit: 'ms',
      target: { atMost: 50 },
      behind: `the worst of ${times.length}, behind ${worst.what}; median ${median(times.map(({ took }) => took)).toFixed(1)} ms`,
    },
  ];
}

/** One connection that stays open. */
class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** The answer; empty where the server breaks off, as it may when something hostile comes. */
  async send({ by, body }: Message): Promise<string> {
    const headers = { ...headersOf(by), 'Content-Length': body.length };
    const sent = request(this.#url, { method: 'POST', headers, agent: this.#agent }).end(body);
    try {
      const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer>];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    } catch {
      return '';
    }
  }
}

const filled = (piece: (place: number) => string): string => {
  let text = '';
  for (let place = 0; text.length < BYTES - 2_000; place++) text += piece(place);
  return text;
};

function* hostileRequests(uri: string): Generator<readonly [what: string, message: Message]> {
  const inside = (content: string, prolog = ''): Message => {
    const text = rename('mallory', uri, 'SUBJECT').body.toString().replace('SUBJECT', content);
    return { by: 'alice', body: Buffer.from(text.replace(/^<\?xml.*?\?>/, prolog).replaceAll('mallory', 'alice')) };
  };
  const laughs = Array.from({ length: 20 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`);
  const texts: Readonly<Record<string, string>> = {
    levels: filled(() => '<a>'),
    'levels that end': '<a>'.repeat(25_000) + '</a>'.repeat(25_000),
    attributes: `<a ${filled((place) => `a${place}="" `)}/>`,
    namespaces: `<a ${filled((place) => `xmlns:a${place}="urn:${place}" `)}/>`,
    elements: filled(() => '<a/>'),
    'different elements': filled((place) => `<a${place}/>`),
    text: filled(() => 'x'),
    'character references': filled(() => '&#x41;'),
    'a comment without an end': `<!--${filled(() => '-')}`,
    CDATA: filled(() => '<![CDATA[x]]>'),
    'processing instructions': filled(() => '<?a b?>'),
    'prototype names': filled((place) => `<__proto__ constructor="${place}"/>`),
  };
  const filters = [
    '//*[//*[//*[//*]]]',
    '//*[count(//*[. = //*]) > 0]',
    `count(//*${'/ancestor-or-self::*//*'.repeat(20)})`,
    'count(//*/following::*/preceding::*/following::*)',
    `//*[string-length(concat(${Array<string>(300).fill('string(/)').join(',')})) = 0]`,
    `${'('.repeat(1_000)}1${')'.repeat(1_000)}`,
    `${'//a | '.repeat(300)}//b`,
  ];
  const below = randomNumbers(SEED);
  const valid = [
    retrieve('mallory', uri),
    rename('mallory', uri, 'x'),
    join('mallory', uri),
    mute('mallory', uri, 'p1', true),
  ];
  const bodies = valid.map(({ body }) => body);
  for (let round = 0; round < 5; round++) {
    yield ['entities', inside('&l20;', `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs.join('')}]>`)];
    for (const [what, content] of Object.entries(texts)) yield [what, inside(content)];
    for (const filter of filters) yield [`the filter ${filter.slice(0, 40)}`, list('root', filter)];
    yield ['a body too long', { by: 'mallory', body: Buffer.alloc(4 * BYTES, 0x20) }];
  }
  for (let mutation = 0; mutation < MUTATIONS; mutation++) {
    const body = mutateBytes(bodies[below(bodies.length)] ?? Buffer.alloc(0), bodies, below);
    yield ['a mutation', { by: 'mallory', body }];
  }
}
