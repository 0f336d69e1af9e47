import { expect } from 'chai';
import fc from 'fast-check';
import { CallbackService } from '../../lib/callback/service.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { Outbound } from '../../lib/http/outbound.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import type { MemoryStore } from '../../lib/store/memory.ts';
import { as, controlOver, principal, title, world } from '../conference/world.ts';
import { quiet } from '../notification/watchers.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';
import { Receiver } from './receiver.ts';

/** A life of the process over a store that outlives it; in a life that is cut off nothing is written any more. */
class Life {
  readonly control: ConferenceControl;
  readonly service: CallbackService;
  readonly clock = new VirtualClock();
  isCut = false;

  constructor(store: MemoryStore, limits = {}) {
    this.control = controlOver(store);
    const cuts = <Records extends object>(records: Records): Records =>
      new Proxy(records, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            if (this.isCut && ['keep', 'forget', 'setPosition'].includes(String(name)))
              return Promise.reject(new Error('the process is dead'));
            return (value as (...all: unknown[]) => unknown).apply(target, args);
          };
        },
      });
    this.service = new CallbackService({
      control: this.control,
      people: { principalById: (id) => Promise.resolve(principal(id.slice('xcon-userid:'.length).split('@')[0]!)) },
      log: cuts(store),
      registrations: cuts(store.records('callback')),
      letters: cuts(store.records('callback-letter')),
      farewells: cuts(store.records('callback-farewell')),
      key: Buffer.alloc(32, 7),
      outbound: new Outbound({ allowed: ['127.0.0.1'] }),
      clock: this.clock,
      wall: () => this.clock.now(),
      limits,
      onError: () => undefined,
    });
  }
}

describe('a callback service', () => {
  let receiver: Receiver;
  beforeEach(async () => (receiver = await Receiver.start()));
  afterEach(() => receiver.close());

  it('shows what it gave up, and forgets it with the registration', async () => {
    const { store } = await world();
    const life = new Life(store, { giveUp: 1, dead: 2 });
    await life.service.open();
    receiver.status = () => 500;
    const { id } = await life.service.register(as('alice'), { kind: 'mine' }, receiver.url);
    const { uri } = await life.control.create(as('alice'), {});
    for (const name of ['one', 'two']) await life.control.update(as('alice'), uri, title(name));
    await receiver.until((all) => all.length === 3);
    while (life.service.givenUp < 3) await quiet();
    const [listed] = life.service.list(as('alice'));
    expect(listed).to.deep.include({ id, waiting: 0, failure: 'answered 500' });
    expect(listed?.dead.map(({ version, dead }) => [version, dead?.reason])).to.deep.equal([
      [2, 'answered 500'],
      [3, 'answered 500'],
    ]);
    await life.service.close();
    const next = new Life(store);
    await next.service.open();
    expect(next.service.counts).to.deep.equal({ waiting: 0, dead: 2 });
    await next.service.remove(as('alice'), id);
    expect(next.service.counts).to.deep.equal({ waiting: 0, dead: 0 });
    await next.service.close();
  });

  it('gives up at once what has no room to wait', async () => {
    const { store } = await world();
    const life = new Life(store, { waiting: 1, firstWait: 1_000_000 });
    await life.service.open();
    receiver.status = () => 500;
    await life.service.register(as('alice'), { kind: 'mine' }, receiver.url);
    const { uri } = await life.control.create(as('alice'), {});
    await receiver.until((all) => all.length === 1);
    await life.control.update(as('alice'), uri, title('one'));
    while (life.service.givenUp === 0) await quiet();
    expect(life.service.list(as('alice'))[0]?.dead[0]?.dead?.reason).to.equal('too many wait already');
    await life.service.close();
  });

  it('tells each change once or more, never out of order in a conference, whenever the process dies', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), conference: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), conference: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), conference: fc.constant(0) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        receiver.received.length = 0;
        const { store } = await world();
        let life = new Life(store);
        await life.service.open();
        await life.service.register(as('alice'), { kind: 'mine' }, receiver.url);
        const uris: XconUri[] = [];
        for (let count = 0; count < 3; count += 1) uris.push((await life.control.create(as('alice'), {})).uri);
        const newest = new Map(uris.map((uri) => [uri, 1]));
        for (const [index, { kind, conference }] of steps.entries()) {
          if (kind === 'wait') await quiet();
          else if (kind === 'change') {
            const uri = uris[conference]!;
            const { version } = await life.control.update(as('alice'), uri, title(`Title ${index}`));
            newest.set(uri, version);
          } else {
            life.isCut = true;
            await life.service.close();
            life = new Life(store);
            await life.service.open();
          }
        }
        const toldOf = (uri: XconUri): number[] =>
          receiver.received.flatMap(({ report }) => (report.conference === uri ? [report.version ?? 0] : []));
        await receiver.until(() => uris.every((uri) => toldOf(uri).includes(newest.get(uri) ?? 0)));
        for (const uri of uris) {
          const told = toldOf(uri);
          expect(told).to.deep.equal(told.toSorted((one, other) => one - other));
          expect([...new Set(told)]).to.deep.equal(Array.from({ length: newest.get(uri) ?? 0 }, (_, at) => at + 1));
        }
        life.isCut = true;
        await life.service.close();
      }),
      { numRuns: 15 },
    );
  });
});
