import { expect } from 'chai';
import fc from 'fast-check';
import { callbackDefaults, type Letter, sorting } from '../../lib/callback/registration.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { Courier } from '../../lib/outbox/courier.ts';
import { settled, VirtualClock } from '../sip/virtual-clock.ts';

const letter = (registration: string, conference: string, version: number): Letter => ({
  id: `${version}.${registration}`,
  registration,
  uri: `xcon:${conference}@example.com` as XconUri,
  version,
  at: 0,
});

describe('a courier', () => {
  let clock: VirtualClock;
  let tried: string[];
  let given: string[];
  let refuses: (one: Letter) => boolean;
  const nameOf = ({ registration, uri, version }: Letter): string => `${registration} ${uri.slice(5, 6)}${version}`;

  const courierWith = (limits = {}): Courier<Letter> => {
    const courier = new Courier(
      {
        deliver: (one) => {
          tried.push(nameOf(one));
          return refuses(one) ? Promise.reject(new Error('answered 500')) : Promise.resolve();
        },
        forget: () => Promise.resolve(),
        giveUp: (one, reason) => {
          given.push(`${nameOf(one)}: ${reason}`);
          return Promise.resolve();
        },
      },
      sorting,
      { clock, wall: () => clock.now() },
      { ...callbackDefaults, ...limits },
    );
    courier.open();
    return courier;
  };

  beforeEach(() => {
    clock = new VirtualClock();
    tried = [];
    given = [];
    refuses = () => false;
  });

  it('waits twice as long after each failure, an hour at most, and gives up after a day', async () => {
    refuses = ({ version }) => version === 1;
    const courier = courierWith();
    courier.take(letter('r', 'a', 1));
    courier.take(letter('r', 'a', 2));
    courier.take(letter('r', 'b', 3));
    await clock.pass(0);
    expect(tried).to.deep.equal(['r a1', 'r b3']);
    const waits: number[] = [];
    for (let last = 0; given.length === 0; last = clock.now()) {
      await clock.pass((clock.next ?? 0) - clock.now());
      waits.push((clock.now() - last) / 1_000);
    }
    expect(waits.slice(0, 6)).to.deep.equal([1, 2, 4, 8, 16, 32]);
    expect(Math.max(...waits)).to.equal(3_600);
    expect(clock.now()).to.be.within(82_800_000, 86_400_000);
    expect(given).to.deep.equal(['r a1: answered 500']);
    await settled();
    expect(tried.at(-1)).to.equal('r a2');
    expect(clock.pending).to.equal(0);
  });

  it('lets one receiver take no more than its share', async () => {
    const hung: (() => void)[] = [];
    const slow = new Courier(
      {
        deliver: (one) => {
          tried.push(nameOf(one));
          return one.registration === 'slow' ? new Promise((done) => hung.push(done)) : Promise.resolve();
        },
        forget: () => Promise.resolve(),
        giveUp: () => Promise.resolve(),
      },
      sorting,
      { clock, wall: () => 0 },
      { ...callbackDefaults, inFlight: 3, inFlightPerGroup: 2 },
    );
    slow.open();
    for (const conference of 'abcd') slow.take(letter('slow', conference, 1));
    for (const conference of 'abcd') slow.take(letter('fast', conference, 1));
    await settled();
    expect(tried.filter((one) => one.startsWith('slow'))).to.deep.equal(['slow a1', 'slow b1']);
    expect(tried.filter((one) => one.startsWith('fast'))).to.have.length(4);
    while (hung.length > 0) {
      hung.shift()?.();
      await settled();
    }
    expect(tried).to.have.length(8);
  });

  it('delivers nothing more of what was dropped', async () => {
    refuses = () => true;
    const courier = courierWith();
    for (const registration of ['gone', 'kept']) courier.take(letter(registration, 'a', 1));
    await clock.pass(0);
    expect(courier.failure('gone')).to.equal('answered 500');
    courier.drop('gone');
    refuses = () => false;
    await clock.pass(10_000);
    expect(tried).to.deep.equal(['gone a1', 'kept a1', 'kept a1']);
    expect([courier.failure('gone'), courier.failure('kept')]).to.deep.equal([undefined, undefined]);
  });

  it('keeps the order of each conference, whatever fails', async () => {
    const plan = fc.array(fc.record({ conference: fc.constantFrom('a', 'b', 'c'), failures: fc.nat(3) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(plan, async (letters) => {
        clock = new VirtualClock();
        tried = [];
        const failures = new Map(letters.map((one, index) => [index + 1, one.failures]));
        const taken: Letter[] = [];
        refuses = (one) => {
          const left = failures.get(one.version) ?? 0;
          failures.set(one.version, left - 1);
          if (left <= 0) taken.push(one);
          return left > 0;
        };
        const courier = courierWith({ inFlight: 2, inFlightPerGroup: 2 });
        letters.forEach(({ conference }, index) => courier.take(letter('r', conference, index + 1)));
        await clock.pass(1_000_000);
        expect(taken).to.have.length(letters.length);
        for (const conference of 'abc') {
          const versions = taken.filter(({ uri }) => uri[5] === conference).map(({ version }) => version);
          expect(versions).to.deep.equal(versions.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 50 },
    );
  });
});
