import { expect } from 'chai';
import fc from 'fast-check';
import { shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { BUCKET, DAY_BUCKETS, DAY_PLACES, OPEN } from '../../lib/conference/booking.ts';
import { capacityDefaults, type CapacityLimits } from '../../lib/conference/capacity.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { DESCRIPTION_SECTION } from '../../lib/conference/lists.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { timeDefaults, timesOf } from '../../lib/conference/times.ts';
import type { ConferenceObject } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { CONFERENCE_INFO } from '../../lib/model/names.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { calendar } from '../schedule/calendars.ts';
import { as, changes, conference, controlOver, DOMAIN, endpoint, idOf, roster, sipOf, user } from './world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const MONDAY = Date.UTC(2030, 0, 7);
/** The window of what begins then opens as it begins, so that the figures are those of the calendar. */
const TIMES = { ...timeDefaults, earlyJoin: 0 };

const times = (...lines: string[]): string =>
  `<xcon:conference-time><xcon:entry><xcon:base>${calendar(lines)}</xcon:base></xcon:entry></xcon:conference-time>`;
const most = (count: number): string => `<info:maximum-user-count>${String(count)}</info:maximum-user-count>`;
const described = (inside: string): string => `<info:conference-description>${inside}</info:conference-description>`;
const placeOf = (bucket: number): number => bucket + Math.floor(bucket / DAY_BUCKETS);
const stamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
const once = (at: number, minutes: number, ...more: string[]): string =>
  times(`DTSTART:${stamp(at)}`, `DURATION:PT${String(minutes)}M`, ...more);

/** A server with room for so much, whose clock the test sets. */
class Server {
  readonly store: MemoryStore;
  control: ConferenceControl;
  now = MONDAY;
  #limits: Partial<CapacityLimits>;
  #times = TIMES;

  constructor(limits: Partial<CapacityLimits>, store = new MemoryStore()) {
    this.store = store;
    this.#limits = limits;
    this.control = this.#control();
  }

  static async with(limits: Partial<CapacityLimits> = {}): Promise<Server> {
    const server = new Server(limits);
    for (const blueprint of shippedBlueprints(DOMAIN)) await server.control.createBlueprint(as('root'), blueprint);
    return server;
  }

  /** The next life of the server, with other rules for times if it is told. */
  async restarts(rules: Partial<typeof TIMES> = {}): Promise<void> {
    await this.control.drain();
    this.#times = { ...this.#times, ...rules };
    this.control = this.#control();
    await this.booksAhead();
  }

  #control(): ConferenceControl {
    const capacity = { ...capacityDefaults, ...this.#limits };
    return controlOver(this.store, {}, undefined, { clock: () => this.now, times: this.#times, capacity });
  }

  booksAhead(): Promise<void> {
    return this.control.bookAhead(new AbortController().signal);
  }

  async plans(name: string, description: string, inside = ''): Promise<XconUri> {
    const document = conference(described(description) + inside);
    return (await this.control.create(as(name), { document })).uri;
  }

  async passesTo(moment: number): Promise<void> {
    this.now = moment;
    for (;;) {
      const { steps } = await this.store.claim({ owner: 'test', now: moment, lease: 1_000, limit: 100 });
      if (steps.length === 0) return;
      for (const { uri } of steps) await this.control.tick(uri);
    }
  }

  joins(name: string, uri: XconUri): Promise<unknown> {
    const status = '<info:status>connected</info:status>';
    return this.control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name), status)));
  }

  /** What is stored, as sums from each place on. */
  bookings(owner = ''): Promise<number[]> {
    return this.store.bookings(owner, -Infinity, Infinity);
  }

  /** What is booked in a bucket, as it is stored: conferences and participants. */
  async at(moment: number, owner = ''): Promise<[number, number]> {
    const [sums, place] = [await this.bookings(owner), placeOf(Math.floor(moment / BUCKET))];
    let [conferences, participants] = [0, 0];
    for (let at = 0; at < sums.length; at += 3) {
      const [from = 0, more = 0, people = 0] = sums.slice(at, at + 3);
      if (from < 0 || from > place) continue;
      conferences += more;
      participants += people;
    }
    return [conferences, participants];
  }

  async objects(): Promise<ConferenceObject[]> {
    await this.control.drain();
    const listed = await this.store.list({ kind: 'conference', limit: 1_000 });
    const objects = await Promise.all(listed.map(({ uri }) => this.control.durable(uri)));
    return objects.filter((one) => one !== undefined);
  }

  get times(): typeof TIMES {
    return this.#times;
  }
}

/** The message with which something is refused for want of room; undefined when it is not. */
async function want(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'resources-exhausted') return error.message;
    throw error;
  }
}

const OPEN_PLACE = OPEN * DAY_PLACES;
const NINE = MONDAY + 9 * 60 * MINUTE;

describe('room for conferences', () => {
  it('is booked from when people may come in to the end, for the most who may, in buckets of five minutes', async () => {
    const server = await Server.with();
    await server.plans('alice', once(NINE + MINUTE, 30) + most(7));
    const at = async (minutes: number) => server.at(NINE + minutes * MINUTE);
    expect([await at(-1), await at(0), await at(34), await at(35)]).to.deep.equal([
      [0, 0],
      [1, 7],
      [1, 7],
      [0, 0],
    ]);
    expect(await server.at(NINE, idOf('alice'))).to.deep.equal([1, 7]);
    expect(await server.at(NINE, idOf('bob'))).to.deep.equal([0, 0]);
  });

  it('is refused with the first moment that does not fit, and taken whole or not at all', async () => {
    const server = await Server.with({ conferences: 1 });
    await server.plans('alice', once(NINE + 14 * DAY, 60));
    const series = once(NINE, 60, 'RRULE:FREQ=WEEKLY');
    expect(await want(server.plans('bob', series))).to.equal(
      'There is no room at 2030-01-21T09:00:00Z: 1 conferences at once are the most.',
    );
    expect(await server.at(NINE)).to.deep.equal([0, 0]);
    await server.plans('bob', once(NINE, 60, 'RRULE:FREQ=WEEKLY;COUNT=2'));
    expect(await want(server.plans('carol', once(NINE + 30 * MINUTE, 60)))).to.include('2030-01-07T09:30:00Z');
    await server.plans('carol', once(NINE + 60 * MINUTE, 60));
  });

  it('is one thing for the server and another for each user', async () => {
    const server = await Server.with({ conferences: 3, userConferences: 2, userParticipants: 10 });
    await server.plans('alice', once(NINE, 60) + most(4));
    expect(await want(server.plans('alice', once(NINE, 60) + most(7)))).to.equal(
      'There is no room at 2030-01-07T09:00:00Z: 10 participants of one user at once are the most.',
    );
    await server.plans('alice', once(NINE, 60) + most(6));
    expect(await want(server.plans('alice', once(NINE + 55 * MINUTE, 60)))).to.include('2 conferences of one user');
    await server.plans('bob', once(NINE, 60) + most(10));
    expect(await want(server.plans('carol', once(NINE, 60)))).to.include(': 3 conferences at once');
  });

  it('follows changes of times and size, cancelled occurrences and deletion', async () => {
    const server = await Server.with({ participants: 10 });
    const uri = await server.plans('alice', once(NINE, 60, 'RRULE:FREQ=DAILY;COUNT=3') + most(4));
    expect(await server.at(NINE + DAY)).to.deep.equal([1, 4]);
    await server.control.steer(as('alice'), uri, { action: 'cancel', id: stamp(NINE + DAY) });
    expect(await server.at(NINE + DAY)).to.deep.equal([0, 0]);
    await server.control.update(as('alice'), uri, changes(described(most(10))));
    expect(await server.at(NINE)).to.deep.equal([1, 10]);
    expect(await want(server.control.update(as('alice'), uri, changes(described(most(11)))))).to.include('2030-01-07');
    expect(await server.at(NINE)).to.deep.equal([1, 10]);
    await server.control.update(as('alice'), uri, changes(described(once(NINE + 2 * 60 * MINUTE, 60))));
    expect(await server.at(NINE)).to.deep.equal([0, 0]);
    expect(await server.at(NINE + 2 * 60 * MINUTE)).to.deep.equal([1, 10]);
    await server.control.delete(as('alice'), uri);
    expect(await server.bookings()).to.deep.equal([]);
  });

  it('of an occurrence that others stand for is theirs, at their time and for their people', async () => {
    const server = await Server.with({ conferences: 1 });
    const uri = await server.plans('alice', once(NINE, 60, 'RRULE:FREQ=DAILY;COUNT=3') + most(4));
    await server.plans('bob', once(NINE + DAY + 120 * MINUTE, 60));
    const second = { from: stamp(NINE + DAY), to: stamp(NINE + DAY) };
    const change = (minutes: number) =>
      server.control.changeOccurrences(
        as('alice'),
        uri,
        second,
        changes(described(once(NINE + DAY + minutes * MINUTE, 60) + most(9))),
      );
    expect(await want(change(90))).to.include('2030-01-08T11:00:00Z');
    expect(await server.at(NINE + DAY)).to.deep.equal([1, 4]);
    await change(180);
    expect(await server.at(NINE + DAY)).to.deep.equal([0, 0]);
    expect(await server.at(NINE + DAY + 180 * MINUTE)).to.deep.equal([1, 9]);
    expect(await server.at(NINE + 2 * DAY)).to.deep.equal([1, 4]);
    await server.control.delete(as('alice'), uri);
    expect(await server.at(NINE + DAY + 180 * MINUTE)).to.deep.equal([0, 0]);
    expect(await server.at(NINE + 2 * DAY)).to.deep.equal([0, 0]);
  });

  it('without a most is for those who are invited', async () => {
    const server = await Server.with();
    const uri = await server.plans('alice', once(NINE, 60));
    expect(await server.at(NINE)).to.deep.equal([1, 1]);
    const invited = roster(`<info:user entity="${idOf('bob')}"/><info:user entity="${idOf('carol')}"/>`);
    await server.control.updateUsers(as('alice'), uri, invited);
    expect(await server.at(NINE)).to.deep.equal([1, 3]);
  });

  it('is taken by a conference without times while people are in, and by more than were to come', async () => {
    const server = await Server.with({ conferences: 2, participants: 3 });
    const open = await server.plans('alice', '');
    expect(await server.bookings()).to.deep.equal([]);
    await server.joins('alice', open);
    await server.joins('bob', open);
    expect(await server.bookings()).to.deep.equal([OPEN_PLACE, 1, 2, OPEN_PLACE + 1, -1, -2]);
    // It may last an hour, as far as anybody knows.
    expect(await want(server.plans('carol', once(MONDAY + 30 * MINUTE, 30) + most(2)))).to.include('2030-01-07T00:30');
    await server.plans('carol', once(MONDAY + 2 * 60 * MINUTE, 30) + most(2));
    await server.joins('carol', open);
    expect(await want(server.joins('dave', open))).to.include('3 participants at once');
    for (const name of ['alice', 'bob', 'carol']) await server.control.deleteUser(as(name), open);
    expect((await server.bookings())[0]).to.not.equal(OPEN_PLACE);
  });

  it('of what goes on is given back when it ends early, and taken when it lasts longer', async () => {
    const server = await Server.with({ conferences: 1 });
    const extendable = '<xcon:allowed-extend-mixing-end-offset>true</xcon:allowed-extend-mixing-end-offset>';
    const lasting = once(NINE, 60).replace('</xcon:entry>', `${extendable}</xcon:entry>`);
    const uri = await server.plans('alice', lasting);
    await server.plans('bob', once(NINE + 90 * MINUTE, 30));
    await server.passesTo(NINE + MINUTE);
    expect(await server.at(NINE)).to.deep.equal([1, 1]);
    const extend = (minutes: number) =>
      server.control.steer(as('alice'), uri, { action: 'extend', until: NINE + minutes * MINUTE });
    await extend(80);
    expect(await want(extend(100))).to.include('2030-01-07T10:30:00Z');
    expect(await server.at(NINE + 79 * MINUTE)).to.deep.equal([1, 1]);
    server.now = NINE + 20 * MINUTE;
    await server.control.steer(as('alice'), uri, { action: 'end' });
    expect(await server.at(NINE + 25 * MINUTE)).to.deep.equal([0, 0]);
  });

  it('is promised up to the horizon, which moves every day; the answer says where it ends', async () => {
    const server = await Server.with({ conferences: 1 });
    const document = conference(described(once(NINE, 60, 'RRULE:FREQ=DAILY')));
    const { uri, note } = await server.control.create(as('alice'), { document });
    expect(note).to.equal('Room is not promised from 2031-02-11T09:00:00Z on.');
    const end = NINE + 400 * DAY;
    expect(await server.at(end - DAY)).to.deep.equal([1, 1]);
    expect(await server.at(end)).to.deep.equal([0, 0]);
    await server.passesTo(MONDAY + 2 * DAY);
    await server.plans('bob', once(end, 60));
    await server.booksAhead();
    expect(await server.at(end + DAY)).to.deep.equal([1, 1]);
    const object = await server.control.durable(uri);
    // Bob's conference was there first.
    expect(object?.header.booked?.plan?.without ?? []).to.deep.equal([stamp(end)]);
    expect((await server.control.update(as('alice'), uri, changes(described('')))).note).to.equal(
      'Room is not promised for the occurrences 20310211T090000Z and from 2031-02-13T09:00:00Z on.',
    );
  });

  it('is promised for so many occurrences of a dense series, and for more as time goes on', async () => {
    const server = await Server.with({ occurrences: 10 });
    await server.plans('alice', once(NINE, 5, 'RRULE:FREQ=HOURLY'));
    expect(await server.at(NINE + 9 * 60 * MINUTE)).to.deep.equal([1, 1]);
    expect(await server.at(NINE + 10 * 60 * MINUTE)).to.deep.equal([0, 0]);
    await server.passesTo(NINE + 5 * 60 * MINUTE);
    await server.booksAhead();
    expect(await server.at(NINE + 14 * 60 * MINUTE)).to.deep.equal([1, 1]);
  });

  it('is what it was after a restart, and counted anew when times are read otherwise', async () => {
    const server = await Server.with({ conferences: 2 });
    await server.plans('alice', once(NINE, 60));
    await server.plans('bob', once(NINE, 60));
    await server.restarts();
    expect(await want(server.plans('carol', once(NINE, 60)))).to.include('2030-01-07T09:00:00Z');
    await server.restarts({ earlyJoin: 600 });
    expect(await server.at(NINE - 5 * MINUTE)).to.deep.equal([2, 2]);
    expect(await want(server.plans('carol', once(NINE - 60 * MINUTE, 60)))).to.include('2030-01-07T08:50:00Z');
    await server.restarts({ earlyJoin: 0 });
    expect(await server.at(NINE - 5 * MINUTE)).to.deep.equal([0, 0]);
  });

  it('that is over is forgotten', async () => {
    const server = await Server.with();
    await server.plans('alice', once(NINE, 60, 'RRULE:FREQ=DAILY;COUNT=5'));
    await server.passesTo(NINE + 3 * DAY + 30 * MINUTE);
    await server.booksAhead();
    expect((await server.bookings()).length).to.equal(3 * 4);
    expect(await server.at(server.now)).to.deep.equal([1, 1]);
  });
});

describe('what is booked', () => {
  const series = fc.constantFrom(
    '',
    'RRULE:FREQ=DAILY',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'RRULE:FREQ=DAILY;INTERVAL=3;COUNT=9',
  );
  const plan = fc.record({
    at: fc.integer({ min: -2, max: 40 }).map((hours) => hours * 60 + 7),
    minutes: fc.option(fc.integer({ min: 4, max: 400 })),
    rule: series,
    most: fc.option(fc.integer({ min: 1, max: 9 })),
  });
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constant('plan' as const), who: fc.constantFrom('alice', 'bob'), plan }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('change' as const), which: fc.nat(9), plan }) },
    {
      weight: 1,
      arbitrary: fc.record({
        act: fc.constantFrom('delete' as const, 'cancel', 'start', 'end', 'invite'),
        which: fc.nat(9),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        act: fc.constantFrom('join' as const, 'leave'),
        which: fc.nat(9),
        who: fc.constantFrom('alice', 'bob', 'carol', 'dave'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ act: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 3_000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('restart' as const, 'ahead') }) },
  );
  const limits = fc.constantFrom(
    {},
    { conferences: 2 },
    { participants: 6 },
    { userConferences: 1, userParticipants: 5 },
  );

  it('equals a naive count of all conferences, whatever happens', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { minLength: 3, maxLength: 25 }), async (limit, steps) => {
        const server = await Server.with(limit);
        for (const one of steps) {
          await take(server, one);
          const objects = await server.objects();
          for (const owner of ['', idOf('alice'), idOf('bob')]) {
            const own = objects.filter(({ header }) => owner === '' || header.booked?.owner === owner);
            expect(await stored(server, owner)).to.deep.equal(naive(server, own));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  async function take(server: Server, one: Step): Promise<void> {
    const { control } = server;
    const all = await server.objects();
    const object = 'which' in one ? all[one.which % Math.max(1, all.length)] : undefined;
    try {
      if (one.act === 'plan') await server.plans(one.who, written(server, one.plan));
      else if (one.act === 'pass') await server.passesTo(server.now + one.minutes * MINUTE);
      else if (one.act === 'restart') await server.restarts();
      else if (one.act === 'ahead') await server.booksAhead();
      else if (object === undefined) return;
      else if (one.act === 'change')
        await control.update(as('root'), object.uri, changes(described(written(server, one.plan))));
      else if (one.act === 'delete') await control.delete(as('root'), object.uri);
      else if (one.act === 'join') await server.joins(one.who, object.uri);
      else if (one.act === 'leave') await control.deleteUser(as(one.who), object.uri);
      else if (one.act === 'invite') {
        const erin = roster(`<info:user entity="${idOf('erin')}"/>`);
        await control.updateUsers(as('root'), object.uri, erin);
      } else if (one.act === 'cancel') {
        const [next] = timesOf(object, server.times)?.from(server.now) ?? [];
        if (next !== undefined) await control.steer(as('root'), object.uri, { action: 'cancel', id: next.id });
      } else await control.steer(as('root'), object.uri, { action: one.act });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  function written(
    server: Server,
    { at, minutes, rule, most: people }: { at: number; minutes: number | null; rule: string; most: number | null },
  ): string {
    const lines = [`DTSTART:${stamp(server.now + at * MINUTE)}`, ...(rule === '' ? [] : [rule])];
    if (minutes !== null) lines.push(`DURATION:PT${String(minutes)}M`);
    return times(...lines) + (people === null ? '' : most(people));
  }

  const FAR = 450 * 288;

  /** What is stored, bucket by bucket from now on, as changes; what is open comes first. */
  async function stored(server: Server, owner: string): Promise<string[]> {
    const sums = await server.bookings(owner);
    const first = Math.floor(server.now / BUCKET);
    const counts = new Map<number, [number, number]>();
    let open = '0 0';
    for (let at = 0; at < sums.length; at += 3) {
      const [place = 0, conferences = 0, participants = 0] = sums.slice(at, at + 3);
      if (place === OPEN_PLACE) open = `${String(conferences)} ${String(participants)}`;
      if (place < 0) continue;
      // The place at the end of a day is the first of the next.
      const bucket = Math.max(place - Math.floor(place / DAY_PLACES), first);
      const [had, held] = counts.get(bucket) ?? [0, 0];
      counts.set(bucket, [had + conferences, held + participants]);
    }
    return [open, ...steps(counts)];
  }

  function naive(server: Server, objects: readonly ConferenceObject[]): string[] {
    const first = Math.floor(server.now / BUCKET);
    const taken = new Map<number, [number, number]>();
    const take_ = (from: number, until: number, people: number): void => {
      for (let bucket = Math.max(from, first); bucket < Math.min(until, first + FAR); bucket++) {
        const [conferences, participants] = taken.get(bucket) ?? [0, 0];
        taken.set(bucket, [conferences + 1, participants + people]);
      }
    };
    let [conferences, participants] = [0, 0];
    for (const object of objects) {
      const { occurrence, active, booked, passed = -Infinity } = object.header;
      const time = timesOf(object, server.times);
      const description = object.sections.get(DESCRIPTION_SECTION)?.element;
      const text = description?.first(CONFERENCE_INFO, 'maximum-user-count')?.text;
      const named = [...object.users.values()].filter(({ facts }) => facts.origin !== 'joined').length;
      const planned = text === undefined ? named : Number(text);
      const present = [...object.users.values()].filter(
        ({ facts }) => facts.connected || facts.pending || (facts.origin === 'joined' && facts.gone !== true),
      ).length;
      const { until = 0, without = [] } = booked?.plan ?? {};
      if (active) {
        const isPlanned =
          time !== undefined && occurrence !== undefined && occurrence.id !== '' && !without.includes(occurrence.id);
        const people = isPlanned ? Math.max(planned, present) : present;
        const isThere = isPlanned || present > 0;
        if (isThere && occurrence?.ends !== undefined)
          take_(first, Math.min(until, Math.ceil(occurrence.ends / BUCKET)), people);
        else if (isThere) {
          conferences += 1;
          participants += people;
        }
      }
      for (const window of time?.from(server.now - DAY) ?? []) {
        const from = Math.floor(window.opens / BUCKET);
        if (from >= until) break;
        const begun = Math.max(passed, occurrence?.start ?? -Infinity);
        if (window.start <= begun || window.id === occurrence?.id || without.includes(window.id)) continue;
        const end = window.ends ?? window.start + server.times.assumedLength * 1000;
        take_(from, Math.min(until, Math.ceil(end / BUCKET)), planned);
      }
    }
    const changes_ = new Map<number, [number, number]>();
    let last: [number, number] = [0, 0];
    for (const bucket of [...taken.keys(), ...[...taken.keys()].map((one) => one + 1)].sort((a, b) => a - b)) {
      const now = taken.get(bucket) ?? [0, 0];
      if (now[0] !== last[0] || now[1] !== last[1]) changes_.set(bucket, [now[0] - last[0], now[1] - last[1]]);
      last = now;
    }
    return [`${String(conferences)} ${String(participants)}`, ...steps(changes_)];
  }

  const steps = (counts: ReadonlyMap<number, readonly [number, number]>): string[] =>
    [...counts]
      .filter(([, [conferences, participants]]) => conferences !== 0 || participants !== 0)
      .sort(([a], [b]) => a - b)
      .map(
        ([bucket, [conferences, participants]]) =>
          `${stamp(bucket * BUCKET)} ${String(conferences)} ${String(participants)}`,
      );
});
