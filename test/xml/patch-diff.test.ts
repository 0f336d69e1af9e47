import { expect } from 'chai';
import fc from 'fast-check';
import { XmlElement, type XmlNode } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';
import { applyPatch, diff, diffChild, selectorPath, type DiffOptions, type KeySpec } from '../../lib/xml/patch.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { attributesOf, expanded, joined, trees } from './trees.ts';

const INFO = 'urn:info';
const PATCH = 'urn:patch';
const prefixes = [
  { prefix: 'p', namespace: PATCH },
  { prefix: 'i', namespace: INFO },
];

/** Elements `user` have an entity, elements `entry` a child `uri`; others have no key. */
function keyOf(element: XmlElement): KeySpec | undefined {
  if (element.local === 'user') return { attribute: 'entity' };
  return element.local === 'entry' ? { child: { namespace: element.namespace, local: 'uri' } } : undefined;
}

const options: DiffOptions = { namespace: PATCH, prefixes, keyOf };

const wrapped = (operations: readonly XmlElement[], declarations = prefixes): XmlElement =>
  new XmlElement(PATCH, 'diff', [], operations, declarations);

/** The patch through its text, as a client gets it; applying fails where a selector does not find exactly one node. */
function patched(before: XmlElement, operations: readonly XmlElement[], declarations = prefixes): XmlElement {
  return applyPatch(before, parse(serialize(wrapped(operations, declarations), { declaration: true })));
}

const element = (local: string, attributes: Readonly<Record<string, string>> = {}, children: readonly XmlNode[] = []) =>
  new XmlElement(INFO, local, attributesOf(attributes), children);

const user = (number: number, name: string, status = 'connected') =>
  element('user', { entity: `xcon-userid:user${number}@example.com` }, [
    element('display-text', {}, [name]),
    element('endpoint', { entity: `sip:user${number}@example.com` }, [element('status', {}, [status])]),
  ]);

const conference = (users: readonly XmlElement[], subject = 'Subject') =>
  element('conference-info', { entity: 'xcon:1@example.com' }, [
    element('conference-description', {}, [element('subject', {}, [subject])]),
    element('users', {}, users),
  ]);

const names = ['user', 'user', 'entry', 'uri', 'x', 'y'];
const keys = fc.constantFrom('a', 'b', "c'", 'd"', `e'"`, ' ', '\n');
const anyTree = trees({ namespaces: [INFO, '', 'urn:other'], names, text: keys, declarations: fc.constant([]) });
const keyedTree = anyTree.map(withEntities);

/** The same tree with entities where the key is, so that keys meet, miss and stand twice. */
function withEntities(tree: XmlElement): XmlElement {
  const children = tree.children.map((child) => (child instanceof XmlElement ? withEntities(child) : child));
  const local = tree.attributes[0]?.value;
  const copy = tree.withChildren(children);
  return local === undefined ? copy : copy.withAttribute('entity', local);
}

/** A tree with some nodes changed, gone, doubled or moved; it shares the rest. */
function edited(tree: XmlElement, choose: (limit: number) => number, spare: XmlElement): XmlElement {
  const children = tree.children.flatMap((child): XmlNode[] => {
    if (choose(4) > 0) return [child];
    const action = choose(7);
    if (action === 0) return [];
    if (action === 1) return [child, spare];
    if (action === 2) return [spare];
    if (action === 3) return [child, child];
    if (action === 4) return ['text', child];
    return child instanceof XmlElement ? [edited(child, choose, spare)] : [{ kind: 'comment', text: 'edited' }];
  });
  if (choose(5) === 0) children.reverse();
  const attribute = choose(6) === 0 ? tree.withAttribute('x', String(choose(3))) : tree;
  return attribute.withChildren(joined(children));
}

describe('Making patches', () => {
  it('turns any tree into any other [N10]', () => {
    fc.assert(
      fc.property(keyedTree, keyedTree, (before, after) => {
        expect(expanded(patched(before, diff(before, after, options)))).to.deep.equal(expanded(after));
      }),
      { numRuns: 600 },
    );
  });

  it('turns a tree into an edited one, under a default namespace as well as under prefixes [N10]', () => {
    const choices = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
    const unprefixed = [{ prefix: '', namespace: INFO }, ...prefixes];
    fc.assert(
      fc.property(keyedTree, keyedTree, choices, fc.boolean(), (before, spare, numbers, byDefault) => {
        let next = 0;
        const after = edited(before, (limit) => (numbers[next++ % numbers.length] ?? 0) % limit, spare);
        const declared = byDefault ? unprefixed : prefixes;
        const operations = diff(before, after, { ...options, prefixes: declared });
        expect(expanded(patched(before, operations, declared))).to.deep.equal(expanded(after));
      }),
      { numRuns: 600 },
    );
  });

  it('says nothing about equal trees, shared or not', () => {
    fc.assert(
      fc.property(keyedTree, (tree) => {
        expect(diff(tree, parse(serialize(tree)), options)).to.deep.equal([]);
        expect(diff(tree, tree, options)).to.deep.equal([]);
      }),
    );
  });

  it('needs at most one operation for each edited leaf', () => {
    const edits = fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(edits, fc.boolean(), (numbers, keyed) => {
        const users = Array.from({ length: 40 }, (_, index) => user(index, `User ${index % 7}`));
        const before = conference(users);
        const after = conference(
          users.map((one, index) => (numbers.includes(index) ? user(index, `New ${index}`) : one)),
        );
        const operations = diff(before, after, keyed ? options : { namespace: PATCH, prefixes });
        expect(operations).to.have.length.at.most(numbers.length);
        expect(expanded(patched(before, operations))).to.deep.equal(expanded(after));
      }),
    );
  });

  it('selects by key, however the siblings around come and go', () => {
    const before = conference([user(1, 'Alice'), user(2, 'Bob'), user(3, 'Carol')]);
    const after = conference([user(4, 'Dave'), user(1, 'Alice'), user(3, 'Caroline')]);
    expect(diff(before, after, options).map((one) => serialize(one, { scope: prefixes }))).to.deep.equal([
      `<p:replace sel="i:conference-info/i:users/i:user[@entity='xcon-userid:user3@example.com']/i:display-text/text()">Caroline</p:replace>`,
      `<p:remove sel="i:conference-info/i:users/i:user[@entity='xcon-userid:user2@example.com']"/>`,
      '<p:add sel="i:conference-info/i:users" pos="prepend">' +
        serialize(user(4, 'Dave'), { scope: prefixes }) +
        '</p:add>',
    ]);
  });

  it('falls back to positions for keys that stand twice or have both quotes', () => {
    const twins = ['a', 'a', `'"`].map((entity) => element('user', { entity }));
    const before = element('users', {}, twins);
    for (const index of twins.keys()) {
      const after = before.withChildren(twins.map((one, place) => (place === index ? one.withChildren(['x']) : one)));
      const operations = diff(before, after, options);
      expect(operations.map((one) => one.attribute('sel'))).to.deep.equal([`i:users/i:user[${index + 1}]`]);
      expect(expanded(patched(before, operations))).to.deep.equal(expanded(after));
    }
  });

  it('tells one leaf among 10,000 users in 500 bytes, without looking at the others much', () => {
    const users = Array.from({ length: 10_000 }, (_, index) => user(index, `User ${index}`));
    const before = conference(users);
    const after = conference(users.with(5_000, user(5_000, 'User 5000', 'on-hold')));
    const operations = diff(before, after, options);
    expect(operations).to.have.length(1);
    expect(serialize(wrapped(operations)).length).to.be.at.most(500);
    expect(expanded(patched(before, operations))).to.deep.equal(expanded(after));
  });

  it('replaces an element whole when a flood of children without key is new', () => {
    const flood = (name: string) =>
      conference([
        user(1, 'Alice'),
        element(
          'x',
          {},
          Array.from({ length: 6 }, () => element(name)),
        ),
      ]);
    const operations = diff(flood('a'), flood('b'), { ...options, unkeyed: 5 });
    expect(operations.map((one) => one.attribute('sel'))).to.deep.equal(['i:conference-info/i:users/i:x']);
    expect(expanded(patched(flood('a'), operations))).to.deep.equal(expanded(flood('b')));
    expect(diff(flood('a'), flood('b'), { ...options, unkeyed: 6 })).to.have.length.above(1);
  });

  describe('for one child', () => {
    const before = conference([user(1, 'Alice'), user(2, 'Bob')]);
    const [description, users] = before.elements;
    const parent = selectorPath([before, users!], options);

    const after = (...children: XmlElement[]) =>
      expanded(before.withChildren([description!, users!.withChildren(children)]));

    it('tells its change, its removal and its addition', () => {
      const changed = diffChild(parent, user(2, 'Bob'), user(2, 'Robert'), options);
      expect(expanded(patched(before, changed))).to.deep.equal(after(user(1, 'Alice'), user(2, 'Robert')));
      const removed = diffChild(parent, user(1, 'Alice'), undefined, options);
      expect(expanded(patched(before, removed))).to.deep.equal(after(user(2, 'Bob')));
      const added = diffChild(parent, undefined, user(3, 'Carol'), options);
      expect(expanded(patched(before, added))).to.deep.equal(after(user(1, 'Alice'), user(2, 'Bob'), user(3, 'Carol')));
      const between = diffChild(parent, undefined, user(3, 'Carol'), options, { follows: user(1, 'Alice') });
      expect(expanded(patched(before, between))).to.deep.equal(
        after(user(1, 'Alice'), user(3, 'Carol'), user(2, 'Bob')),
      );
    });

    it('replaces a child whose key changes', () => {
      const operations = diffChild(parent, user(2, 'Bob'), user(3, 'Bob'), options);
      expect(expanded(patched(before, operations))).to.deep.equal(after(user(1, 'Alice'), user(3, 'Bob')));
    });

    it('takes a position for what no key can select, and refuses without one', () => {
      const strange = element('user', { entity: `'"` });
      expect(diffChild(parent, strange, undefined, options, { position: 7 })[0]?.attribute('sel')).to.equal(
        'i:conference-info/i:users/i:user[7]',
      );
      expect(() => diffChild(parent, strange, undefined, options)).to.throw(RangeError);
    });
  });
});
