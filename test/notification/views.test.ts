import { expect } from 'chai';
import fc from 'fast-check';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, endpoint, idOf, roster, sipOf, title, user } from '../conference/world.ts';
import { patched } from '../support/independent-patch.ts';
import { merged, type Json } from '../support/merge-patch.ts';
import { readByPlenary } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { quiet, TestWatcher, watching } from './watchers.ts';

const PEOPLE = ['bob', 'carol', 'dave', 'erin', 'frank'] as const;
type Name = (typeof PEOPLE)[number];
const IN = '<info:status>connected</info:status>';
const settings = (inside: string) => changes(`<info:users>${inside}</info:users>`);
const anonymity = (value: string): string => `<xcon:provide-anonymity>${value}</xcon:provide-anonymity>`;

/** What happens in a conference; what the rules refuse does not. */
const EVENTS: readonly ((control: ConferenceControl, uri: XconUri, who: Name, step: number) => Promise<unknown>)[] = [
  (control, uri, who) => control.createUser(as(who), uri, user(idOf(who), endpoint(sipOf(who), IN))),
  (control, uri, who) => control.createUser(as(who), uri, user(idOf(who), endpoint(sipOf(who), IN))),
  (control, uri, who) => control.deleteUser(as(who), uri),
  (control, uri, who) => control.deleteUser(as('alice'), uri, idOf(who)),
  (control, uri, who) => control.updateUser(as(who), uri, user(idOf(who), anonymity('hidden'))),
  (control, uri, who) => control.updateUser(as(who), uri, user(idOf(who), anonymity('private'))),
  (control, uri, who) => control.updateUser(as(who), uri, user(idOf(who), anonymity('none'))),
  (control, uri, _, step) => control.update(as('alice'), uri, title(`Title ${step}`)),
  (control, uri, who, step) =>
    control.updateUsers(
      as('alice'),
      uri,
      roster(
        `<info:user entity="${idOf(who)}"><info:roles><info:entry>${step % 2 === 0 ? 'moderator' : 'participant'}</info:entry></info:roles></info:user>`,
      ),
    ),
  (control, uri, who, step) =>
    control.updateUser(as(who), uri, user(idOf(who), `<info:display-text>${who} ${step}</info:display-text>`)),
];

const step = fc.record({
  event: fc.nat(EVENTS.length - 1),
  who: fc.constantFrom(...PEOPLE),
  seconds: fc.constantFrom(0, 0, 1, 7),
  slow: fc.boolean(),
});

/** What a watcher of differences has in his hands. */
class Copy {
  document = '';
  #read = 0;

  follow({ told }: TestWatcher): void {
    for (; this.#read < told.length; this.#read += 1) {
      const { content } = told[this.#read] ?? {};
      if (content?.kind === 'full') this.document = content.body.toString();
      if (content?.kind !== 'diff') continue;
      expectValid('conference-info-diff', content.body);
      this.document = patched(this.document, content.body);
    }
  }
}

/** What a page has that reads JSON. */
function documentOf({ told }: TestWatcher): Json {
  let document: Json = {};
  for (const { content } of told) {
    const json = content?.kind === undefined ? {} : (JSON.parse(content.body.toString()) as Json);
    document = content?.kind === 'full' ? json : merged(document, json);
  }
  return document;
}

describe('watchers of one conference', () => {
  it('[N10, N20] have in the end what each may see, whatever happened, however slow they were', async function () {
    this.timeout(180_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const { control, clock, service } = await watching();
        const { uri } = await control.create(as('alice'), {});
        await control.update(
          as('alice'),
          uri,
          settings('<xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>'),
        );
        await control.createUser(as('alice'), uri, user(idOf('alice'), endpoint(sipOf('alice'), IN)));
        const watchers = (['root', 'alice', ...PEOPLE] as const).map((name) => ({
          name,
          diff: new TestWatcher(as(name)),
          phone: new TestWatcher(as(name), 'conference-info'),
          json: new TestWatcher(as(name), 'json'),
          copy: new Copy(),
        }));
        const watches = (watcher: TestWatcher): boolean =>
          service.subscriptions(uri).some((one) => one.watcher === watcher);
        for (const [at, { event, who, seconds, slow }] of steps.entries()) {
          for (const { diff, phone, json } of watchers) {
            for (const watcher of [diff, phone, json]) {
              if (!watches(watcher)) await service.subscribe(uri, watcher).catch(onlyRefusals);
              watcher.isSlow = slow;
              if (!slow) watcher.answer();
            }
          }
          await EVENTS[event]?.(control, uri, who, at).catch(onlyRefusals);
          await clock.pass(seconds * 1_000);
        }
        for (const { diff, phone, json } of watchers) {
          for (const watcher of [diff, phone, json]) watcher.isSlow = false;
        }
        for (let rounds = 0; rounds < 4; rounds += 1) {
          for (const { diff, phone, json } of watchers) for (const watcher of [diff, phone, json]) watcher.answer();
          await quiet();
          await clock.pass(5_000);
          await quiet();
        }
        for (const { name, diff, json, copy } of watchers) {
          copy.follow(diff);
          if (!watches(diff)) continue;
          const fresh = new TestWatcher(as(name));
          const freshJson = new TestWatcher(as(name), 'json');
          const freshPhone = new TestWatcher(as(name), 'conference-info');
          for (const watcher of [fresh, freshPhone, freshJson]) await service.subscribe(uri, watcher);
          await quiet();
          const whole = fresh.last?.content?.body.toString() ?? '';
          expect(readByPlenary(copy.document), name).to.deep.equal(readByPlenary(whole));
          expect(documentOf(json), name).to.deep.equal(documentOf(freshJson));
          for (const hidden of await hiddenFrom(control, uri, name)) {
            expect(copy.document).to.not.include(hidden);
            expect(freshPhone.last?.content?.body.toString()).to.not.include(hidden);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** Those whom somebody may not see at all now. */
async function hiddenFrom(control: ConferenceControl, uri: XconUri, reader: string): Promise<string[]> {
  const { object, reader: seen } = await control.watch(as(reader), uri);
  if (seen.level === 'organizer' || seen.level === 'moderator') return [];
  return [...object.users]
    .filter(([key, { facts }]) => facts.anonymity === 'hidden' && key !== seen.self)
    .map(([key]) => key.replace('xcon-userid:', ''));
}

function onlyRefusals(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
