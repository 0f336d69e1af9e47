import { expect } from 'chai';
import fc from 'fast-check';
import { merge } from '../../lib/conference/update.ts';
import { CONFERENCE, type ElementDefinition, USER } from '../../lib/model/definitions.ts';
import { same } from '../../lib/model/compare.ts';
import { info, PREFIXES, XCON, CONFERENCE_INFO } from '../../lib/model/names.ts';
import { check, normalise } from '../../lib/model/shape.ts';
import { parseFragment } from '../../lib/xml/parse.ts';
import { XmlElement } from '../../lib/xml/element.ts';
import { documentOf, elementsOf } from '../model/documents.ts';

const section = (local: string): ElementDefinition => {
  const found = CONFERENCE.children().find((one) => one.local === local);
  if (found === undefined) throw new Error(local);
  return found;
};
const DEFINITIONS = ['conference-description', 'host-info', 'users', 'floor-information'].map(section);
const pair = fc
  .constantFrom(USER, ...DEFINITIONS)
  .chain((definition) => fc.tuple(fc.constant(definition), elementsOf(definition), elementsOf(definition)));

const normal = (definition: ElementDefinition, element: XmlElement): XmlElement => normalise(definition, element);
const sameOrNone = (one: XmlElement | undefined, other: XmlElement | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && same(one, other));

const read = (xml: string): XmlElement => parseFragment(Buffer.from(xml), PREFIXES);
const DESCRIPTION = section('conference-description');
const current = normalise(
  DESCRIPTION,
  read(`<info:conference-description><info:display-text>a</info:display-text><info:subject>b</info:subject>
    <info:available-media><info:entry label="1"><info:type>audio</info:type></info:entry>
    <info:entry label="2"><info:type>video</info:type><info:status>sendrecv</info:status></info:entry></info:available-media>
    </info:conference-description>`),
);
const change = (inside: string): XmlElement =>
  read(`<info:conference-description>${inside}</info:conference-description>`);
const merged = (inside: string): XmlElement => merge(DESCRIPTION, current, change(inside)) ?? info('nothing');

describe('an update', () => {
  it('[G6] of a valid element by a valid one is valid', () => {
    fc.assert(
      fc.property(pair, ([definition, one, other]) => {
        const result = merge(definition, normal(definition, one), other);
        if (result !== undefined) check(definition, result);
      }),
    );
  });

  it('[G1] by the element itself changes nothing and keeps the very same', () => {
    fc.assert(
      fc.property(pair, ([definition, one]) => {
        const before = normal(definition, one);
        expect(merge(definition, before, before) ?? before).to.equal(before);
      }),
    );
  });

  it('done twice is done once', () => {
    fc.assert(
      fc.property(pair, ([definition, one, other]) => {
        const once = merge(definition, normal(definition, one), other);
        expect(sameOrNone(merge(definition, once, other), once)).to.equal(true);
      }),
    );
  });

  it('[G1] leaves what it does not name as it is, shared', () => {
    fc.assert(
      fc.property(pair, ([definition, one, other]) => {
        const before = normal(definition, one);
        const after = merge(definition, before, other);
        const named = new Set(other.elements.map((child) => child.local));
        for (const child of before.elements.filter((each) => !named.has(each.local))) {
          if (after !== undefined) expect(after.elements).to.include(child);
        }
      }),
    );
  });

  it('commutes with another that names other elements', () => {
    fc.assert(
      fc.property(pair, fc.func(fc.boolean()), ([definition, one, other], choose) => {
        const before = normal(definition, one);
        const known = other.elements.filter((child) => child.namespace === CONFERENCE_INFO || child.namespace === XCON);
        const [left, right] = [true, false].map((side) =>
          other.withChildren(known.filter((child) => choose(child.local) === side)),
        );
        fc.pre(left !== undefined && right !== undefined && left.children.length > 0 && right.children.length > 0);
        const there = merge(definition, merge(definition, before, left), right);
        const back = merge(definition, merge(definition, before, right), left);
        expect(sameOrNone(there, back)).to.equal(true);
      }),
    );
  });

  it('[G2] removes what it names empty, whatever its state says', () => {
    expect(documentOf(merged('<info:subject/>'))).to.not.include('subject');
    expect(documentOf(merged('<info:available-media state="full"/>'))).to.not.include('available-media');
  });

  it('[G2] removes nothing that a conference always has', () => {
    expect(merge(DESCRIPTION, current, change(''))).to.equal(current);
  });

  it('[G3] merges items by their key, and a deleted one goes', () => {
    const after = merged(`<info:available-media><info:entry label="2"><info:status>inactive</info:status></info:entry>
      <info:entry label="1" state="deleted"/></info:available-media>`);
    const media = after.first(CONFERENCE_INFO, 'available-media');
    expect(
      media?.elements.map((entry) => [entry.attribute('label'), entry.elements.map((one) => one.text)]),
    ).to.deep.equal([['2', ['video', 'inactive']]]);
  });

  it('[G3, G6] leaves no empty list behind when the last item goes', () => {
    const after = merged(`<info:available-media><info:entry label="2" state="deleted"/>
      <info:entry label="1" state="deleted"/></info:available-media>`);
    expect(after.first(CONFERENCE_INFO, 'available-media')).to.equal(undefined);
  });

  it('[G4] replaces a list without key as a whole', () => {
    const USERS = section('users');
    const list = (...uris: string[]): XmlElement =>
      read(
        `<info:users><xcon:deny-users-list>${uris.map((uri) => `<xcon:target uri="${uri}"/>`).join('')}</xcon:deny-users-list></info:users>`,
      );
    const after = merge(USERS, normalise(USERS, list('sip:a@b', 'sip:c@d')), list('sip:e@f'));
    const targets = after?.first(XCON, 'deny-users-list')?.elements.map((one) => one.attribute('uri'));
    expect(targets).to.deep.equal(['sip:e@f']);
  });
});
