import { expect } from 'chai';
import fc from 'fast-check';
import { differences, same, type Difference } from '../../lib/model/compare.ts';
import { CONFERENCE, type ElementDefinition, USER, USERS } from '../../lib/model/definitions.ts';
import { info } from '../../lib/model/names.ts';
import { childDefinition, normalise } from '../../lib/model/shape.ts';
import { XmlElement, type XmlNode } from '../../lib/xml/element.ts';
import { elementsOf } from './documents.ts';
import { around, changed, last, nameOf, PATHS, saysSomething, shell } from './paths.ts';

const anyPair = fc
  .constantFrom(USER, ...CONFERENCE.children())
  .chain((definition) =>
    fc.tuple(
      fc.constant(definition),
      ...([0, 1] as const).map(() => elementsOf(definition).map((one) => normalise(definition, one))),
    ),
  ) as fc.Arbitrary<[ElementDefinition, XmlElement, XmlElement]>;

/** Another element that says the same: no node shared, attributes the other way round. */
const copyOf = (element: XmlElement): XmlElement =>
  new XmlElement(
    element.namespace,
    element.local,
    [...element.attributes].reverse(),
    element.children.map((child): XmlNode => (child instanceof XmlElement ? copyOf(child) : child)),
  );

const all = (definition: ElementDefinition, before?: XmlElement, after?: XmlElement): Difference[] => [
  ...differences(definition, before, after),
];

const foreign = new XmlElement('urn:example:own', 'more', [], ['x']);

/** The known elements in a value that say something: text, an attribute, or what the model does not know. */
function speaking(definition: ElementDefinition, element: XmlElement): ElementDefinition[] {
  const children = element.elements.map((child) => ({ child, its: childDefinition(definition, child) }));
  const speaks =
    definition.children().length === 0 ||
    element.attributes.length > 0 ||
    children.some(({ its }) => its === undefined);
  return [
    ...(speaks ? [definition] : []),
    ...children.flatMap(({ child, its }) => (its === undefined ? [] : speaking(its, child))),
  ];
}

const counted = (definitions: readonly ElementDefinition[]): Map<ElementDefinition, number> =>
  definitions.reduce((map, one) => map.set(one, (map.get(one) ?? 0) + 1), new Map<ElementDefinition, number>());

describe('the comparison of two values of an element', () => {
  it('finds a difference exactly where they do not say the same', () => {
    fc.assert(
      fc.property(anyPair, ([definition, one, other]) => {
        expect(all(definition, one, other).length === 0).to.equal(same(one, other));
        expect(same(one, other)).to.equal(same(other, one));
        expect(same(one, copyOf(one))).to.equal(true);
        expect(all(definition, one, copyOf(one))).to.deep.equal([]);
      }),
    );
  });

  it('finds the same places either way round', () => {
    fc.assert(
      fc.property(anyPair, ([definition, one, other]) => {
        const there = counted(all(definition, one, other).map((each) => each.definition));
        const back = counted(all(definition, other, one).map((each) => each.definition));
        expect(back).to.deep.equal(there);
      }),
    );
  });

  it('reports of what is added or removed as a whole each known element in it that says something', () => {
    fc.assert(
      fc.property(anyPair, ([definition, one]) => {
        const added = all(definition, undefined, one);
        expect(counted(added.map((each) => each.definition))).to.deep.equal(counted(speaking(definition, one)));
        expect(added.every(({ before, after }) => before === undefined && after !== undefined)).to.equal(true);
        expect(all(definition, one, undefined)).to.have.length(added.length);
      }),
      { numRuns: 50 },
    );
  });

  it('reports one added, removed or changed element as itself, wherever it stands', () => {
    for (const path of PATHS.filter((one) => saysSomething(last(one)))) {
      const definition = last(path);
      const element = shell(definition);
      const [without, with_] = [around(path, undefined), around(path, element)];
      const itsOwn = (found: Difference[]): unknown[] => found.map((one) => one.definition.local);
      const inside = speaking(definition, element).map(({ local }) => local);
      expect(itsOwn(all(path[0], without, with_)), `${nameOf(path)} added`).to.deep.equal(inside);
      expect(itsOwn(all(path[0], with_, without)), `${nameOf(path)} removed`).to.deep.equal(inside);
      const other = changed(definition);
      if (other === undefined) continue;
      const found = all(path[0], with_, around(path, other));
      // An item that gets another key is another item.
      const isKey = path.at(-2)?.key !== undefined && definition.local === 'uri' && path.at(-2)?.local === 'entry';
      expect(
        found.map((one) => one.definition),
        `${nameOf(path)} changed`,
      ).to.deep.equal(isKey ? [definition, definition] : [definition]);
    }
  });

  it('reports what the model does not know at the nearest element that it knows', () => {
    for (const path of PATHS) {
      const definition = last(path);
      const [plain, more] = [shell(definition), shell(definition)];
      const extended = more.withChildren([...more.children, foreign]);
      const deeper = more.withChildren([...more.children, foreign.withChildren([info('status', {}, ['connected'])])]);
      const marked = more.withAttribute('mark', 'x', 'urn:example:own');
      for (const after of [extended, deeper, marked]) {
        const found = all(path[0], around(path, plain), around(path, after));
        expect(
          found.map((one) => one.definition),
          nameOf(path),
        ).to.deep.equal([definition]);
      }
      const changedInside = all(path[0], around(path, extended), around(path, deeper));
      expect(
        changedInside.map((one) => one.definition),
        nameOf(path),
      ).to.deep.equal([definition]);
    }
  });

  it('[G3] tells items of keyed lists by key, whatever their order, and other items by their place', () => {
    const phone = (entity: string, status: string) => info('endpoint', { entity }, [info('status', {}, [status])]);
    const [one, two] = [phone('sip:1@x', 'connected'), phone('sip:2@x', 'pending')];
    const user = (...children: XmlElement[]) => info('user', { entity: 'xcon-userid:a@x' }, children);
    expect(all(USER, user(one, two), user(two, one))).to.deep.equal([]);
    const [found, ...others] = all(USER, user(one, two), user(phone('sip:2@x', 'connected'), one));
    expect([found?.definition.local, found?.before?.text, found?.after?.text, others]).to.deep.equal([
      'status',
      'pending',
      'connected',
      [],
    ]);
    const roles = (...names: string[]) =>
      user(
        info(
          'roles',
          {},
          names.map((name) => info('entry', {}, [name])),
        ),
      );
    expect(all(USER, roles('user', 'observer'), roles('observer', 'user'))).to.have.length(2);
  });

  it('sees neither declarations nor what is the very same', () => {
    const declared = new XmlElement(USERS.namespace, 'users', [], [], [{ prefix: 'x', namespace: 'urn:x' }]);
    expect(same(declared, info('users'))).to.equal(true);
    expect(same(info('users', {}, ['a']), info('users', {}, ['b']))).to.equal(false);
    const comment = (text: string) => info('users', {}, [{ kind: 'comment', text }]);
    expect([same(comment('a'), comment('a')), same(comment('a'), comment('b'))]).to.deep.equal([true, false]);
    expect(all(USERS, undefined, undefined)).to.deep.equal([]);
  });
});
