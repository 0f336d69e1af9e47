import { expect } from 'chai';
import fc from 'fast-check';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { Reason } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../../lib/model/names.ts';
import { parse } from '../../lib/xml/parse.ts';
import { expectValid } from '../support/schemas.ts';
import {
  as,
  changes,
  controlOver,
  endpoint,
  idOf,
  refusalOf,
  roster,
  shown,
  sipOf,
  title,
  user,
  world,
} from './world.ts';

/** A conference as somebody would keep it who knows nothing of parts, sharing and counters. */
interface Naive {
  version: number;
  title: string;
  locked: string | undefined;
  denied: string[];
  people: Person[];
}

interface Person {
  readonly name: string;
  display: string;
  moderator: boolean;
  readonly named: boolean;
  connected: boolean;
}

const NAMES = ['alice', 'bob', 'carol', 'dave'] as const;
type Name = (typeof NAMES)[number];
const OWNER: Name = 'alice';

type Operation =
  | { readonly kind: 'rename'; readonly text: string }
  | { readonly kind: 'lock'; readonly value: string }
  | { readonly kind: 'deny'; readonly list: readonly Name[] }
  | { readonly kind: 'promote'; readonly whom: Name }
  | { readonly kind: 'kick'; readonly whom: Name }
  | { readonly kind: 'call me'; readonly text: string }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' };

const name = fc.constantFrom(...NAMES);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('rename' as const), text: fc.constantFrom('a', 'b', '<&>') }),
  fc.record({ kind: fc.constant('lock' as const), value: fc.constantFrom('true', 'false') }),
  fc.record({ kind: fc.constant('deny' as const), list: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }) }),
  fc.record({ kind: fc.constant('promote' as const), whom: name }),
  fc.record({ kind: fc.constant('kick' as const), whom: name }),
  fc.record({ kind: fc.constant('call me' as const), text: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('join' as const) }, {}),
  fc.record({ kind: fc.constant('leave' as const) }, {}),
);

type Level = 'stranger' | 'invited' | 'participant' | 'moderator' | 'organizer';

const find = (naive: Naive, who: Name): Person | undefined => naive.people.find((one) => one.name === who);

function levelOf(naive: Naive, who: Name): Level {
  if (who === OWNER) return 'organizer';
  const person = find(naive, who);
  if (person === undefined) return 'stranger';
  if (person.moderator) return 'moderator';
  return person.connected ? 'participant' : 'invited';
}

const mayModerate = (level: Level): boolean => level === 'moderator' || level === 'organizer';
const without = (naive: Naive, who: Name): void => void (naive.people = naive.people.filter((one) => one.name !== who));

/** Does to the naive conference what the rules allow; returns why they refuse, if they do. */
function act(naive: Naive, by: Name, asked: Operation): Reason | undefined {
  const level = levelOf(naive, by);
  if (level === 'stranger' && asked.kind !== 'join') return 'no-such-conference';
  switch (asked.kind) {
    case 'rename':
      if (asked.text !== naive.title && level !== 'organizer') return 'conflict';
      naive.title = asked.text;
      return undefined;
    case 'lock':
      if (asked.value !== naive.locked && !mayModerate(level)) return 'conflict';
      naive.locked = asked.value;
      return undefined;
    case 'deny':
      if (asked.list.join() !== naive.denied.join() && !mayModerate(level)) return 'protected';
      naive.denied = [...asked.list];
      return undefined;
    case 'promote':
      return promote(naive, level, asked.whom);
    case 'call me': {
      const person = find(naive, by);
      if (person !== undefined) person.display = asked.text;
      return undefined;
    }
    case 'join':
      return join(naive, by);
    case 'leave':
      return leave(naive, by, level);
    case 'kick':
      return asked.whom === by ? leave(naive, by, level) : kick(naive, level, asked.whom);
  }
}

function promote(naive: Naive, level: Level, whom: Name): Reason | undefined {
  const person = find(naive, whom);
  if (person?.moderator === true) return undefined;
  if (level !== 'organizer') return 'protected';
  if (person === undefined) {
    naive.people.push({ name: whom, display: whom.toUpperCase(), moderator: true, named: true, connected: false });
  } else person.moderator = true;
  return undefined;
}

function join(naive: Naive, by: Name): Reason | undefined {
  const person = find(naive, by);
  if (person?.connected === true) return undefined;
  if (naive.locked === 'true') return 'not-allowed';
  if (person !== undefined) person.connected = true;
  else naive.people.push({ name: by, display: by.toUpperCase(), moderator: false, named: false, connected: true });
  return undefined;
}

function leave(naive: Naive, by: Name, level: Level): Reason | undefined {
  const person = find(naive, by);
  if (person === undefined) return undefined;
  if (!person.connected) {
    if (level === 'organizer') return 'not-allowed';
    without(naive, by);
  } else if (person.named) person.connected = false;
  else without(naive, by);
  return undefined;
}

function kick(naive: Naive, level: Level, whom: Name): Reason | undefined {
  const person = find(naive, whom);
  if (person === undefined) return 'no-such-user';
  if (!mayModerate(level) || (levelOf(naive, whom) === 'moderator' && level !== 'organizer') || whom === OWNER)
    return 'not-allowed';
  without(naive, whom);
  return undefined;
}

/** With the last who is connected the occurrence ends. */
function endWhenEmpty(before: Naive, naive: Naive): void {
  if (!before.people.some((one) => one.connected) || naive.people.some((one) => one.connected)) return;
  naive.locked = undefined;
  naive.people = naive.people.filter((one) => one.named);
}

function send(control: ConferenceControl, uri: XconUri, by: Name, asked: Operation): Promise<unknown> {
  const call = as(by);
  switch (asked.kind) {
    case 'rename':
      return control.update(call, uri, title(asked.text.replace('&', '&amp;').replace('<', '&lt;')));
    case 'lock':
      return control.update(
        call,
        uri,
        changes(`<info:conference-state><info:locked>${asked.value}</info:locked></info:conference-state>`),
      );
    case 'deny': {
      const targets = asked.list.map((one) => `<xcon:target uri="${sipOf(one)}"/>`).join('');
      return control.updateUsers(call, uri, roster(`<xcon:deny-users-list>${targets}</xcon:deny-users-list>`));
    }
    case 'promote': {
      const roles = asked.whom === OWNER ? '' : '<info:roles><info:entry>moderator</info:entry></info:roles>';
      return control.updateUsers(call, uri, roster(`<info:user entity="${idOf(asked.whom)}">${roles}</info:user>`));
    }
    case 'kick':
      return control.deleteUser(call, uri, idOf(asked.whom));
    case 'call me':
      return control.updateUser(call, uri, user(idOf(by), `<info:display-text>${asked.text}</info:display-text>`));
    case 'join':
      return control.createUser(call, uri, user(idOf(by), endpoint(sipOf(by))));
    case 'leave':
      return control.deleteUser(call, uri);
  }
}

/** What a document says, in the terms of the naive conference. */
function read(xml: string): Omit<Naive, 'version' | 'people'> & { people: unknown[]; count: string | undefined } {
  const root = parse(xml);
  const users = root.first(CONFERENCE_INFO, 'users');
  const state = root.first(CONFERENCE_INFO, 'conference-state');
  return {
    title: root.first(CONFERENCE_INFO, 'conference-description')?.first(CONFERENCE_INFO, 'display-text')?.text ?? '',
    locked: state?.first(CONFERENCE_INFO, 'locked')?.text,
    count: state?.first(CONFERENCE_INFO, 'user-count')?.text,
    denied: users?.first(XCON, 'deny-users-list')?.elements.map((one) => one.attribute('uri') ?? '') ?? [],
    people: (users?.all(CONFERENCE_INFO, 'user') ?? []).map((one) => ({
      id: one.attribute('entity'),
      display: one.first(CONFERENCE_INFO, 'display-text')?.text,
      moderator: one.first(CONFERENCE_INFO, 'roles')?.elements.some((entry) => entry.text === 'moderator') ?? false,
      connected: one.first(CONFERENCE_INFO, 'endpoint') !== undefined,
    })),
  };
}

const expected = (naive: Naive): ReturnType<typeof read> => ({
  title: naive.title,
  locked: naive.locked,
  count: String(naive.people.filter((one) => one.connected).length),
  denied: naive.denied.map(sipOf),
  people: naive.people.map(({ name: who, display, moderator, connected }) => ({
    id: idOf(who),
    display,
    moderator,
    connected,
  })),
});

describe('any sequence of operations by anybody', () => {
  it('[V1, V2, G6, L9, M18] has the outcome that a naive model of the document has', async function () {
    this.timeout(180_000);
    const steps = fc.array(fc.record({ by: name, at: fc.nat(1), operation }), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { store, control } = await world();
        const conferences: { uri: XconUri; naive: Naive }[] = [];
        while (conferences.length < 2) {
          const { uri } = await control.create(as(OWNER), {});
          const owner = { name: OWNER, display: 'ALICE', moderator: true, named: true, connected: false };
          conferences.push({
            uri,
            naive: { version: 1, title: 'Audio conference', locked: undefined, denied: [], people: [owner] },
          });
        }
        for (const { by, at, operation: asked } of list) {
          const conference = conferences[at];
          if (conference === undefined) throw new Error('there are two');
          const { uri, naive } = conference;
          const before = structuredClone(naive);
          const refused = act(naive, by, asked);
          endWhenEmpty(before, naive);
          if (JSON.stringify(naive) !== JSON.stringify(before)) naive.version++;
          expect(await refusalOf(send(control, uri, by, asked)), `${by}: ${JSON.stringify(asked)}`).to.equal(refused);
          const document = await shown(control, as('root'), uri);
          expect(read(document)).to.deep.equal(expected(naive));
          expect((await control.retrieve(as('root'), uri)).version).to.equal(naive.version);
          expectValid('xcon-conference-info', document);
          expectValid('xcon-conference-info-rng', document);
          expect(await shown(controlOver(store), as('root'), uri)).to.equal(document);
        }
      }),
      { numRuns: 25 },
    );
  });
});
