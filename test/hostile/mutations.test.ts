import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from '../../lib/xml/parse.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { Connection } from '../http/connection.ts';
import { randomNumbers } from '../store/sqlite/random.ts';
import { heapInUse } from '../support/memory.ts';
import { basic } from '../support/party.ts';
import { SEED } from '../support/seed.ts';
import { PASSWORD, TestSystem, type Name } from '../support/system.ts';
import { making, requestsOf } from './messages.ts';
import { mutateBytes, mutatedTrees } from './mutations.ts';
import { Pipeline, type PipelineAnswer } from './pipeline.ts';

const BY_BYTES = 95_000;
const BY_TREES = 5_000;
const OVER_SOCKETS = 3_000;
/** Requests to one system; a new one begins without what they made. */
const ROUND = 5_000;
/** By then what is remembered on purpose, of so many objects and bytes, is full. */
const FILLED = 85_000;
const AT_ONCE = 10;

const codeIn = ({ body }: PipelineAnswer): string | undefined => /<response-code>(\d+)</.exec(body)?.[1];

describe('mutations of valid requests', function () {
  this.timeout(300_000);

  let pipeline: Pipeline;
  afterEach(() => pipeline.close());

  const begin = async (): Promise<void> => {
    pipeline = await Pipeline.start();
    expect(codeIn(await pipeline.send('alice', making('alice')))).to.equal('200');
  };

  /** Refused or served, but never an internal error; each tenth answer is read. */
  const served = async (name: Name, body: Buffer | string, count: number): Promise<void> => {
    const answer = await pipeline.send(name, body);
    const shown = (): string => `${name} sent ${JSON.stringify(body.toString())}, seed ${SEED}`;
    if (pipeline.failures.length > 0) expect.fail(`${String(pipeline.failures[0])}: ${shown()}`);
    if (![200, 400, 401, 413].includes(answer.status)) expect.fail(`HTTP ${answer.status}: ${shown()}`);
    if (answer.status !== 200) return;
    const code = codeIn(answer);
    if (code === undefined || ['500', '510'].includes(code)) expect.fail(`code ${code}: ${shown()}`);
    if (count % 10 === 0) expect(parse(answer.body).local).to.equal('ccmpResponse');
  };

  /** The next honest request is served, and the conference is made again where one deleted it. */
  const honest = async (): Promise<void> => {
    expect(codeIn(await pipeline.send('alice', requestsOf('alice')[0]!))).to.equal('200');
    expect(codeIn(await pipeline.send('alice', making('alice')))).to.be.oneOf(['200', '409']);
  };

  const senders = ['alice', 'alice', 'bob'] as const;

  it(`[H20, Z13] ${BY_BYTES} by bytes: none fails, and memory is bounded`, async () => {
    const below = randomNumbers(SEED);
    const messages = new Map(senders.map((name) => [name, requestsOf(name).map((text) => Buffer.from(text))]));
    let early = 0;
    for (let sent = 0; sent < BY_BYTES;) {
      await begin();
      for (const end = sent + ROUND; sent < end; sent += AT_ONCE) {
        const round = Array.from({ length: AT_ONCE }, (_, place) => {
          const name = senders[below(senders.length)]!;
          const own = messages.get(name)!;
          return served(name, mutateBytes(own[below(own.length)]!, own, below), sent + place);
        });
        await Promise.all(round);
        if (sent % 500 === 0) await honest();
      }
      await honest();
      pipeline.close();
      if (sent === FILLED) early = heapInUse();
    }
    expect(heapInUse() - early).to.be.below(10_000_000);
  });

  it(`[H20, Z13] ${BY_TREES} by structure: none fails`, async () => {
    await begin();
    let count = 0;
    for (const name of ['alice', 'bob'] as const) {
      const trees = requestsOf(name).map((text) => parse(text));
      await fc.assert(
        fc.asyncProperty(mutatedTrees(trees), async (tree) => {
          await served(name, serialize(tree), ++count);
          if (count % ROUND === 0) {
            pipeline.close();
            await begin();
          } else if (count % 500 === 0) await honest();
        }),
        { numRuns: BY_TREES / 2 },
      );
    }
  });
});

describe('mutations of whole HTTP requests', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start({ 'http.headersTime': 500, 'http.requestTime': 500, 'http.checkInterval': 20 });
  });
  after(() => system.close());

  it(`[H20, Z13] ${OVER_SOCKETS} over sockets: none fails, none stays, and honest ones are served`, async () => {
    const port = Number(new URL(system.url).port);
    const below = randomNumbers(SEED);
    const written = (body: string): Buffer =>
      Buffer.from(
        [
          'POST /ccmp HTTP/1.1',
          'Host: localhost',
          'Content-Type: application/ccmp+xml;charset=UTF-8',
          'Accept: application/ccmp+xml',
          `Authorization: ${basic('alice', PASSWORD)}`,
          `Content-Length: ${Buffer.byteLength(body)}`,
          '',
          body,
        ].join('\r\n'),
      );
    const whole = requestsOf('alice').map(written);
    /** Most of a request is its body, so half of them change in the headers alone. */
    const mutated = (): Buffer => {
      const request = whole[below(whole.length)]!;
      const body = request.indexOf('\r\n\r\n');
      if (below(2) === 0) return mutateBytes(request, whole, below);
      return Buffer.concat([mutateBytes(request.subarray(0, body), whole, below), request.subarray(body)]);
    };
    for (let sent = 0; sent < OVER_SOCKETS; sent += AT_ONCE) {
      const round = Array.from({ length: AT_ONCE }, async () => {
        const bytes = mutated();
        const connection = new Connection(port);
        connection.socket.end(bytes);
        const answers = await connection.closed();
        // 501 is for Expect and Range, 505 for another version of HTTP.
        for (const [, status] of answers.matchAll(/^HTTP\/1\.1 (5\d\d)/gm))
          expect(status, `seed ${SEED}: ${JSON.stringify(bytes.toString('latin1'))}`).to.be.oneOf(['501', '505']);
        expect(answers).not.to.match(/<response-code>5[01]0</);
      });
      await Promise.all(round);
      if (sent % 100 === 0) expect(await system.as('bob').lists()).to.include({ code: 200 });
    }
  });
});
