import { expect } from 'chai';
import fc from 'fast-check';
import { difference } from '../../lib/conference/difference.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { seenDocument } from '../../lib/conference/seen-document.ts';
import { classOf, type Sight } from '../../lib/conference/sight.ts';
import type { PartName } from '../../lib/model/conference-object.ts';
import { PREFIXES, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { applyPatch } from '../../lib/xml/patch.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { CHANGES, type Name, PEOPLE } from './document-changes.ts';
import { as, changes, endpoint, idOf, sipOf, user, world } from './world.ts';

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
