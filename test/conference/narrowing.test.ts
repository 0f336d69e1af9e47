import { expect } from 'chai';
import fc from 'fast-check';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { Filter, filterDefaults } from '../../lib/conference/filter.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { ConferenceRepository } from '../../lib/conference/repository.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { as, conference, controlOver, DOMAIN, endpoint, idOf, newcomer, sipOf, user } from './world.ts';

const tokensOf = (expression: string) => new Filter({ expression }, filterDefaults).tokens;

const SUBJECTS = ['Plans', 'plans', 'Budget', ' Plans', 'x'.repeat(70), `${'x'.repeat(63)}😀y`, '=?'];
const MEDIA = ['audio', 'video', 'text'];
const DAYS = ['20261123', '20261124', '20270101'];
const NAMES = ['alice', 'bob', 'carol'] as const;

/** A store that lists everything whatever token it is asked for. */
function withoutTokens(store: MemoryStore): ConferenceRepository {
  const list: ConferenceRepository['list'] = ({ identities, ...query }) => {
    const isToken = identities?.some((one) => one.startsWith('=')) === true;
    return store.list(isToken || identities === undefined ? query : { ...query, identities });
  };
  return new Proxy(store, { get: (target, name) => (name === 'list' ? list : bound(target, name)) });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}

const described = fc.record({
  subject: fc.constantFrom(...SUBJECTS),
  media: fc.subarray(MEDIA, { minLength: 1 }),
  day: fc.option(fc.constantFrom(...DAYS)),
  joins: fc.subarray([...NAMES]),
  guest: fc.boolean(),
});
type Described = typeof described extends fc.Arbitrary<infer T> ? T : never;

const calendar = (day: string): string =>
  `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:1\nDTSTAMP:20200101T000000Z\nDTSTART:${day}T100000Z\nDTEND:${day}T110000Z\nEND:VEVENT\nEND:VCALENDAR\n`;

async function make(control: ConferenceControl, { subject, media, day, joins, guest }: Described): Promise<void> {
  const entries = media.map((type, at) => `<info:entry label="${at + 1}"><info:type>${type}</info:type></info:entry>`);
  const time =
    day === null
      ? ''
      : `<xcon:conference-time><xcon:entry><xcon:base>${calendar(day)}</xcon:base></xcon:entry></xcon:conference-time>`;
  const document = conference(
    `<info:conference-description><info:subject>${subject}</info:subject>
     <info:available-media>${entries.join('')}</info:available-media>${time}</info:conference-description>
     <info:users><xcon:join-handling>allow</xcon:join-handling>
     <xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>`,
  );
  const { uri } = await control.create(as('alice'), { document });
  if (day !== null) return; // before its time nobody comes in
  for (const name of joins) await control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name))));
  if (guest) {
    const entity = `xcon-userid:AUTO_GENERATE_1@${DOMAIN}`;
    await control.createUser(newcomer, uri, user(entity, endpoint('sip:guest@example.org')));
  }
  if (joins.includes('carol')) await control.deleteUser(as('carol'), uri);
}

const D = 'conference-description';
const condition = fc.oneof(
  fc.constantFrom(...SUBJECTS).map((text) => `${D}/subject = '${text}'`),
  fc.constantFrom(...SUBJECTS).map((text) => `'${text}' = ${D}/subject/text()`),
  fc.constantFrom(...MEDIA).map((type) => `${D}/available-media/entry/type = '${type}'`),
  fc.constantFrom(...MEDIA).map((type) => `${D}/available-media/entry[type = '${type}']`),
  fc.constantFrom(...MEDIA).map((type) => `${D}/available-media/entry/type[. = '${type}']/..`),
  fc.constantFrom(...MEDIA).map((type) => `${D}/available-media/entry[1]/type != '${type}'`),
  fc.constantFrom('true', 'false').map((active) => `conference-state/active = '${active}'`),
  fc.constantFrom('true', 'false').map((active) => `${D}/conference-state/active = '${active}'`),
  fc.constantFrom(...NAMES, 'nobody').map((name) => `users/user/@entity = '${idOf(name)}'`),
  fc.constantFrom(...NAMES).map((name) => `users/user[@entity = '${idOf(name)}']/endpoint`),
  fc.constantFrom(...NAMES.map(sipOf), 'sip:guest@example.org').map((uri) => `users/user/endpoint/@entity = '${uri}'`),
  fc.constantFrom(...NAMES.map(sipOf)).map((uri) => `users/user/associated-aors/entry/uri = '${uri}'`),
  fc.constantFrom(...DAYS).map((day) => `contains(${D}/xcon:conference-time/entry/base, 'DTSTART:${day}')`),
  fc.constantFrom(...DAYS).map((day) => `${D}/conference-time/entry[contains(base, '${day}T10')]`),
  fc.constantFrom('//subject', `not(${D}/subject = 'Plans')`, 'users/user[2]', `boolean(${D}/subject = 'Plans')`),
);
const expressionOf = fc.letrec<{ any: string; both: string }>((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, condition, tie('both')),
  both: fc
    .tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any'))
    .map(([one, operator, other]) => `(${one}) ${operator} (${other})`),
})).any;

describe('a filter over everything', () => {
  it('[C3] finds by tokens what it finds without', async function () {
    this.timeout(180_000);
    let narrowed = 0;
    let found = 0;
    const lists = fc.array(described, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.array(expressionOf, { minLength: 8, maxLength: 16 }), async (all, conditions) => {
        const store = new MemoryStore();
        const control = controlOver(store);
        for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(as('root'), blueprint);
        for (const one of all) await make(control, one);
        const other = controlOver(withoutTokens(store));
        for (const one of conditions) {
          const expression = `/conference-info[${one}]`;
          const by = { expression };
          for (const list of ['conferences', 'blueprints'] as const) {
            const outcome = await control[list](as('root'), by).catch(refused);
            expect(outcome, expression).to.deep.equal(await other[list](as('root'), by).catch(refused));
            found += Array.isArray(outcome) ? outcome.length : 0;
          }
          if (tokensOf(expression) !== undefined) narrowed += 1;
        }
      }),
      { numRuns: 25 },
    );
    expect(narrowed).to.be.above(50);
    expect(found).to.be.above(50);
  });

  const refused = (error: unknown): string => {
    if (error instanceof Refusal) return error.reason;
    throw error;
  };

  it('is narrowed by subject, media, activity, users, their addresses and days', () => {
    const told: Readonly<Record<string, string>> = {
      [`conference-info/${D}/subject = 'Plans'`]: '=subject Plans',
      [`/info:conference-info/${D}/available-media/entry[type = 'video']`]: '=media video',
      [`/conference-info[${D}/conference-state/active = 'true']`]: '=active',
      [`/conference-info/users/user/@entity = 'XCON-userid:Bob@example.com'`]: 'xcon-userid:bob@example.com',
      [`/conference-info/users/user[endpoint/@entity = 'sip:Bob@EXAMPLE.com']`]: 'sip:bob@example.com',
      [`/conference-info[contains(${D}/conference-time/entry/base, 'DTSTART;TZID=X:20261123')]`]: '=day 20261123',
      [`/conference-info[starts-with(${D}/conference-time/entry/mixing-start-offset, '2026-11-23')]`]: '=day 20261123',
      [`/conference-info[${D}/available-media/entry/type = 'audio' and ${D}/subject = 'Plans']`]: '=subject Plans',
    };
    for (const [expression, token] of Object.entries(told)) {
      expect(tokensOf(expression), expression).to.include(token).and.include('=?');
    }
  });

  it('finds a conference of more media and days than it has tokens for', async () => {
    const store = new MemoryStore();
    const control = controlOver(store);
    for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(as('root'), blueprint);
    const numbers = Array.from({ length: 30 }, (_, number) => number + 10);
    const media = numbers
      .map((at) => `<info:entry label="${at}"><info:type>kind${at}</info:type></info:entry>`)
      .join('');
    const days = numbers.map((at) => calendar(`20${at}0101`));
    for (const base of [...days, calendar('20261123').replace('UID:1', `UID:${'1'.repeat(20_000)}`)]) {
      const time = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
      const document = conference(
        `<info:conference-description><info:available-media>${media}</info:available-media>${time}</info:conference-description>`,
      );
      await control.create(as('alice'), { document });
    }
    const identities = (await store.changes({ after: 0, limit: 99 })).flatMap(({ parts }) =>
      parts.map((part) => part.identities.length),
    );
    expect(Math.max(...identities)).to.be.below(40);
    const found = async (expression: string) => (await control.conferences(as('root'), { expression })).length;
    expect(await found(`/conference-info/${D}/available-media/entry/type = 'kind39'`)).to.equal(31);
    expect(await found(`contains(/conference-info/${D}/conference-time/entry/base, 'DTSTART:20390101')`)).to.equal(1);
    expect(await found(`contains(/conference-info/${D}/conference-time/entry/base, 'DTSTART:20261123')`)).to.equal(1);
  });

  it('is not narrowed where any object may be meant', () => {
    for (const expression of [
      `//subject = 'Plans'`,
      `/conference-info/*/subject = 'Plans'`,
      `/conference-info/${D}/subject != 'Plans'`,
      `not(/conference-info/${D}/subject = 'Plans')`,
      `/conference-info[${D}/subject = 'Plans' or users/user]`,
      `/conference-info/xcon:${D}/subject = 'Plans'`,
      `/conference-info/${D}/subject = 'Plans' = false()`,
      `count(/conference-info/${D}/subject) = 1`,
      `/conference-info/conference-state/active = 'false'`,
    ])
      expect(tokensOf(expression), expression).to.equal(undefined);
  });
});
