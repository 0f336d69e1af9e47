import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { idOf, roster, title, user } from '../conference/world.ts';
import { copyOf, DIFF, freshCopy, FULL, readingOf } from './copies.ts';
import { ConferenceStage, type Answering, type Watch } from './stage.ts';

const PEOPLE = ['root', 'alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'];
const anonymity = (value: string): string => `<xcon:provide-anonymity>${value}</xcon:provide-anonymity>`;
const LIST = {
  Supported: 'eventlist',
  Accept: 'application/conference-info+xml, application/rlmi+xml, multipart/related',
};

/**
 * Alice organizes, Bob moderates, Carol takes part, Dave too without his name, Erin supervises hidden, Frank is invited,
 * Grace has a telephone, root administers the system.
 */
async function conference(): Promise<{ stage: ConferenceStage; uri: XconUri }> {
  const stage = await ConferenceStage.open({}, PEOPLE);
  const uri = await stage.conference();
  await stage.control.updateUsers(
    stage.as('alice'),
    uri,
    roster(
      '<xcon:allowed-users-list><xcon:target uri="sip:frank@example.com" method="dial-in"/></xcon:allowed-users-list>',
    ),
  );
  for (const name of ['bob', 'carol', 'grace']) await stage.joins(name, uri);
  await stage.joins('dave', uri, anonymity('private'));
  const role = '<info:roles><info:entry>moderator</info:entry></info:roles>';
  await stage.control.updateUsers(
    stage.as('alice'),
    uri,
    roster(`<info:user entity="${idOf('bob')}">${role}</info:user>`),
  );
  return { stage, uri };
}

interface Watchers {
  readonly administrator: Watch;
  readonly moderator: Watch;
  readonly participant: Watch;
  readonly anonymous: Watch;
  readonly nonParticipant: Watch;
  readonly phone: Watch;
  readonly list: Watch;
}

async function watchers(stage: ConferenceStage, uri: XconUri): Promise<Watchers> {
  const sip = stage.sip(uri);
  const accept = { Accept: `${DIFF}, ${FULL}` };
  return {
    administrator: await stage.subscribes('root', sip, accept),
    moderator: await stage.subscribes('bob', sip, accept),
    participant: await stage.subscribes('carol', sip, accept),
    anonymous: await stage.subscribes('dave', sip, accept),
    nonParticipant: await stage.subscribes('frank', sip, accept),
    phone: await stage.subscribes('grace', sip),
    list: await stage.subscribes('carol', 'sip:conferences@example.com', LIST),
  };
}

const WITHOUT_POWER = ['participant', 'anonymous', 'nonParticipant', 'phone', 'list'] as const;

/** All that a watcher was told and when, but for what chance decides: names of conferences, parts and boundaries. */
const storyOf = (watch: Watch, uri: XconUri): string[] => {
  const [first] = watch.told.flatMap(({ body }) => / version="(\d{6,})"/.exec(body)?.[1] ?? []);
  const id = uri.replace('xcon:', '').replace(/@.*/, '');
  return watch.told.map(({ at, state, contentType, body, request }) =>
    [at, state, contentType, request.header('CSeq'), body]
      .join('\n')
      .replaceAll(id, 'ID')
      .replace(/ version="(\d{6,})"/g, (_, version) => ` version="+${Number(version) - Number(first)}"`)
      .replace(/(boundary|start)="[^"]*"/g, '$1')
      .replace(/(cid="|Content-ID: <)[^@]*@/g, '$1@')
      .replace(/^--.*$/gm, '--'),
  );
};

/** What Erin does, of whom only those who run the conference know. */
const HIDDEN: readonly ((stage: ConferenceStage, uri: XconUri, step: number) => Promise<unknown>)[] = [
  (stage, uri) => stage.joins('erin', uri, anonymity('hidden')),
  (stage, uri) => stage.control.deleteUser(stage.as('erin'), uri),
  (stage, uri) => stage.control.deleteUser(stage.as('alice'), uri, idOf('erin')),
  (stage, uri, step) =>
    stage.control.updateUser(
      stage.as('erin'),
      uri,
      user(idOf('erin'), `<info:display-text>Erin ${step}</info:display-text>`),
    ),
];

const OPEN: readonly ((stage: ConferenceStage, uri: XconUri, step: number) => Promise<unknown>)[] = [
  (stage, uri, step) => stage.control.update(stage.as('alice'), uri, title(`Title ${step}`)),
  (stage, uri) => stage.control.deleteUser(stage.as('grace'), uri),
  (stage, uri) => stage.joins('grace', uri),
  (stage, uri, step) =>
    stage.control.updateUser(stage.as('dave'), uri, user(idOf('dave'), anonymity(step % 2 === 0 ? 'private' : 'none'))),
  (stage, uri, step) =>
    stage.control.updateUser(
      stage.as('carol'),
      uri,
      user(idOf('carol'), `<info:display-text>Carol ${step}</info:display-text>`),
    ),
];

const step = fc.record({
  hidden: fc.option(fc.nat(HIDDEN.length - 1), { nil: undefined }),
  open: fc.option(fc.nat(OPEN.length - 1), { nil: undefined }),
  ms: fc.constantFrom(0, 300, 1_000, 4_900, 7_000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}

describe('eight watchers of one conference', () => {
  const run = async (steps: readonly Step[], withErin: boolean): Promise<Record<string, string[]>> => {
    const { stage, uri } = await conference();
    const all = await watchers(stage, uri);
    for (const [at, { hidden, open, ms }] of steps.entries()) {
      if (withErin && hidden !== undefined) await HIDDEN[hidden]?.(stage, uri, at).catch(onlyRefusals);
      if (open !== undefined) await OPEN[open]?.(stage, uri, at).catch(onlyRefusals);
      await stage.pass(ms);
    }
    await stage.pass(60_000);
    expect(stage.errors).to.deep.equal([]);
    return Object.fromEntries(WITHOUT_POWER.map((who) => [who, storyOf(all[who], uri)]));
  };

  it('[N20] tells those without power the same, at the same time, whether a hidden supervisor is there or not', async function () {
    this.timeout(180_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        const [seen, expected] = [await run(steps, true), await run(steps, false)];
        for (const who of WITHOUT_POWER) expect(seen[who], who).to.deep.equal(expected[who]);
      }),
      { numRuns: 12 },
    );
  });

  it('[L13, N20, N28, Z9] shows each his view', async () => {
    const { stage, uri } = await conference();
    await stage.joins('erin', uri, anonymity('hidden'));
    const all = await watchers(stage, uri);
    const supervisor = await stage.subscribes('erin', stage.sip(uri), { Accept: `${DIFF}, ${FULL}` });
    await stage.control.update(stage.as('alice'), uri, title('Seen by all'));
    await stage.pass(10_000);
    const erin = 'xcon-userid:erin@example.com';
    const dave = 'xcon-userid:dave@example.com';
    const views = Object.entries({ ...all, supervisor }).map(([who, watch]) => {
      const copy = watch === all.list ? (watch.last?.body ?? '') : copyOf(watch);
      const knows = (id: string): boolean => copy.includes(id) || copy.includes(id.replace('xcon-userid:', 'sip:'));
      const count = /user-count>(\d+)</.exec(copy)?.[1];
      return [who, copy.includes('Seen by all'), knows(erin), knows(dave), count];
    });
    expect(views).to.deep.equal([
      ['administrator', true, true, true, '6'],
      ['moderator', true, true, false, '6'],
      ['participant', true, false, false, '5'],
      ['anonymous', true, false, true, '5'],
      ['nonParticipant', true, false, false, undefined],
      ['phone', true, false, false, '5'],
      ['list', true, false, false, '5'],
      ['supervisor', true, true, false, '6'],
    ]);
    expect(stage.errors).to.deep.equal([]);
  });
});

const answering: fc.Arbitrary<Answering> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Answering>({ status: 200 }) },
  { weight: 3, arbitrary: fc.constantFrom<Answering>({ status: 200, after: 700 }, { status: 200, after: 9_000 }) },
  { weight: 2, arbitrary: fc.constantFrom<Answering>({ status: 503, retryAfter: 3 }, { status: 500 }) },
  { weight: 1, arbitrary: fc.constantFrom<Answering>({ status: 481 }, { status: 408 }, 'never') },
);

describe('slow, refusing and vanishing watchers', () => {
  it('[N8, N10, N27] have in the end what each may see, or cost nothing any more', async function () {
    this.timeout(180_000);
    const weather = fc.record({ change: step, answers: fc.array(answering, { minLength: 7, maxLength: 7 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(weather, { minLength: 3, maxLength: 15 }), async (steps) => {
        const { stage, uri } = await conference();
        const all = Object.values(await watchers(stage, uri)) as Watch[];
        for (const [at, { change, answers }] of steps.entries()) {
          for (const [index, watch] of all.entries()) watch.answering = answers[index] ?? { status: 200 };
          if (change.hidden !== undefined) await HIDDEN[change.hidden]?.(stage, uri, at).catch(onlyRefusals);
          if (change.open !== undefined) await OPEN[change.open]?.(stage, uri, at).catch(onlyRefusals);
          await stage.pass(change.ms);
        }
        for (const watch of all) watch.answering = { status: 200 };
        await stage.pass(120_000);
        const isOver = ({ told }: Watch): boolean =>
          told.some(
            ({ state, answered }) =>
              state.startsWith('terminated') || answered === 'never' || [408, 481].includes(answered.status),
          ) || told.filter(({ answered }) => answered !== 'never' && answered.status >= 500).length >= 4;
        const living = all.filter((watch) => !isOver(watch));
        expect(stage.notifier.size).to.be.at.least(living.length);
        for (const watch of living) {
          if (watch.subscribed.request.uriText.startsWith('sip:conferences')) continue;
          expect(readingOf(copyOf(watch)), watch.name).to.deep.equal(readingOf(await freshCopy(stage, watch)));
        }
        const before = all.filter(isGone).map(({ told }) => told.length);
        await stage.control.update(stage.as('alice'), uri, title('After all'));
        await stage.pass(10_000);
        expect(all.filter(isGone).map(({ told }) => told.length)).to.deep.equal(before);
        expect(stage.errors).to.deep.equal([]);
      }),
      { numRuns: 10 },
    );
  });

  it('[N20, Z9] see nothing that ties a name to an anonymous one', async () => {
    const { stage, uri } = await conference();
    const watch = await stage.subscribes('grace', stage.sip(uri));
    for (const value of ['none', 'private']) {
      await stage.control.updateUser(stage.as('dave'), uri, user(idOf('dave'), anonymity(value)));
      await stage.pass(5_000);
      const users = watch.last?.body.match(/<user .*?<\/user>/gs) ?? [];
      const both = users.filter((one) => one.includes('dave') && one.includes('anonymous1'));
      expect(both).to.deep.equal([]);
      expect(users.filter((one) => /dave|anonymous1/.test(one))).to.have.length(2);
    }
  });

  it('[N27] cost nothing after the failure of a connection', async () => {
    const { stage, uri } = await conference();
    const watch = await stage.subscribes('carol', stage.sip(uri));
    const [timers, subscriptions] = [stage.clock.pending, stage.service.subscriptions(uri).length];
    watch.answering = 'never';
    await stage.control.update(stage.as('alice'), uri, title('Nobody hears'));
    await stage.pass(40_000);
    expect(stage.notifier.size).to.equal(0);
    expect(subscriptions).to.equal(1);
    expect(stage.service.subscriptions(uri)).to.have.length(0);
    expect(stage.clock.pending).to.be.below(timers);
    const { length } = watch.told;
    await stage.control.update(stage.as('alice'), uri, title('Nobody is told'));
    await stage.pass(3_600_000);
    expect(watch.told).to.have.length(length);
    expect(stage.clock.pending).to.equal(0);
  });
});

/** Whose NOTIFY failed in a way that ends a subscription. */
const isGone = ({ told }: Watch): boolean =>
  told.some(({ answered }) => answered === 'never' || [408, 481].includes(answered.status));
