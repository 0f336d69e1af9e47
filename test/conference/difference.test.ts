import { expect } from 'chai';
import fc from 'fast-check';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { difference } from '../../lib/conference/difference.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { seenDocument } from '../../lib/conference/seen-document.ts';
import { classOf, type Sight } from '../../lib/conference/sight.ts';
import type { PartName } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { PREFIXES, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { applyPatch } from '../../lib/xml/patch.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { as, changes, endpoint, idOf, roster, sipOf, title, user, world } from './world.ts';

const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;
type Name = (typeof PEOPLE)[number];

/** Changes of every part of a document; those that the rules refuse change nothing. */
const CHANGES: readonly ((control: ConferenceControl, uri: XconUri, by: Name, whom: Name) => Promise<unknown>)[] = [
  (control, uri, by) => control.update(as(by), uri, title(by)),
  (control, uri, by, whom) =>
    control.update(
      as(by),
      uri,
      changes(`<info:conference-description><info:subject>${whom}</info:subject></info:conference-description>`),
    ),
  (control, uri) =>
    control.update(
      as('alice'),
      uri,
      changes('<info:host-info><info:display-text>host</info:display-text></info:host-info>'),
    ),
  (control, uri) => control.update(as('alice'), uri, changes('<info:host-info/>')),
  (control, uri, by, whom) =>
    control.update(
      as('alice'),
      uri,
      changes(`<info:conference-state><info:locked>${String(whom < by)}</info:locked></info:conference-state>`),
    ),
  (control, uri, _, whom) =>
    control.updateUsers(
      as('alice'),
      uri,
      roster(`<xcon:deny-users-list><xcon:target uri="${sipOf(whom)}x"/></xcon:deny-users-list>`),
    ),
  (control, uri) => control.updateUsers(as('alice'), uri, roster('<xcon:deny-users-list/>')),
  (control, uri) => control.updateUsers(as('alice'), uri, roster('<xcon:join-handling>allow</xcon:join-handling>')),
  (control, uri, _, whom) =>
    control.updateUsers(
      as('alice'),
      uri,
      roster(
        `<info:user entity="${idOf(whom)}"><info:roles><info:entry>moderator</info:entry></info:roles></info:user>`,
      ),
    ),
  (control, uri, _, whom) =>
    control.updateUsers(as('alice'), uri, roster(`<info:user entity="${idOf(whom)}" state="deleted"/>`)),
  ...['none', 'semi-private', 'private', 'hidden'].map(
    (anonymity) => (control: ConferenceControl, uri: XconUri, by: Name) =>
      control.updateUser(as(by), uri, user(idOf(by), `<xcon:provide-anonymity>${anonymity}</xcon:provide-anonymity>`)),
  ),
  (control, uri, by) => control.createUser(as(by), uri, user(idOf(by), endpoint(sipOf(by)))),
  (control, uri, by) => control.createUser(as(by), uri, user(idOf(by), endpoint(sipOf(by)))),
  (control, uri, by) =>
    control.updateUser(
      as(by),
      uri,
      user(
        idOf(by),
        endpoint(
          sipOf(by),
          '<info:media id="1"><info:type>audio</info:type><info:status>recvonly</info:status></info:media>',
        ),
      ),
    ),
  (control, uri, by) => control.deleteUser(as(by), uri),
  (control, uri, _, whom) => control.deleteUser(as('alice'), uri, idOf(whom)),
];

const step = fc.record({
  change: fc.nat(CHANGES.length - 1),
  by: fc.constantFrom(...PEOPLE),
  whom: fc.constantFrom(...PEOPLE),
  looks: fc.boolean(),
});

function documentOf({ object, reader }: Sight): XmlElement {
  const making = seenDocument(object, reader, () => false);
  for (;;) {
    const next = making.next();
    if (next.done === true) return next.value;
  }
}

const textOf = (element: XmlElement): string => serialize(element, { prefixes: PREFIXES });

/** What somebody was shown last. */
interface Looker {
  readonly name: Name | 'root';
  sight: Sight | undefined;
  touched: PartName[];
}

describe('the difference of two sights', () => {
  it('[N7, N10] turns what anybody was shown into what he is shown now', async function () {
    this.timeout(180_000);
    let patched = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const { control } = await world();
        const { uri } = await control.create(as('alice'), {});
        await control.update(
          as('alice'),
          uri,
          changes(
            '<info:users><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy></info:users>',
          ),
        );
        const lookers: Looker[] = ([...PEOPLE, 'root'] as const).map((name) => ({
          name,
          sight: undefined,
          touched: [],
        }));
        control.onChange(({ touched }) => {
          for (const looker of lookers) looker.touched.push(...touched);
        });
        for (const { change, by, whom, looks } of steps) {
          await CHANGES[change]?.(control, uri, by, whom).catch((error: unknown) => {
            if (!(error instanceof Refusal)) throw error;
          });
          if (!looks) continue;
          for (const looker of lookers) {
            const now = await control.watch(as(looker.name), uri).catch(() => undefined);
            const before = looker.sight;
            const operations = before && now && difference(before, now, looker.touched);
            if (before !== undefined && now !== undefined && operations !== undefined) {
              const patch = xcon('conference-info-diff', { entity: uri }, operations);
              const made = applyPatch(documentOf(before), patch, PREFIXES);
              expect(textOf(made), looker.name).to.equal(textOf(documentOf(now)));
              if (before.object.version === now.object.version) expect(operations).to.deep.equal([]);
              patched += operations.length;
            }
            Object.assign(looker, { sight: now, touched: [] });
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(patched).to.be.greaterThan(100);
  });

  it('[N20] is the same for all whose sights have the same class', async () => {
    const { control } = await world();
    const { uri } = await control.create(as('alice'), {});
    for (const name of PEOPLE) await control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name))));
    const sights = await Promise.all(PEOPLE.map((name) => control.watch(as(name), uri)));
    const byClass = new Map<string, string>();
    for (const sight of sights) {
      const text = textOf(documentOf(sight));
      expect(byClass.get(classOf(sight)) ?? text).to.equal(text);
      byClass.set(classOf(sight), text);
    }
    expect(byClass.size).to.be.lessThan(sights.length);
  });
});
