import { expect } from 'chai';
import fc from 'fast-check';
import { inherited } from '../../lib/conference/inheriting.ts';
import { same } from '../../lib/model/compare.ts';
import { USERS } from '../../lib/model/definitions.ts';
import { info, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { sectionDefinition } from '../../lib/conference/sections.ts';
import { DESCRIPTION_SECTION } from '../../lib/conference/lists.ts';

const DESCRIPTION = sectionDefinition(DESCRIPTION_SECTION);

const text = fc.constantFrom('a', 'b', 'c');
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const description = fc
  .record({
    subject: optional(text),
    keywords: optional(text),
    media: fc.uniqueArray(fc.tuple(fc.constantFrom('1', '2', '3'), text), {
      selector: ([label]) => label,
      maxLength: 3,
    }),
  })
  .map(({ subject, keywords, media }) =>
    info('conference-description', {}, [
      ...(subject === undefined ? [] : [info('subject', {}, [subject])]),
      ...(keywords === undefined ? [] : [info('keywords', {}, [keywords])]),
      ...(media.length === 0
        ? []
        : [
            info(
              'available-media',
              {},
              media.map(([label, type]) => info('entry', { label }, [info('type', {}, [type])])),
            ),
          ]),
    ]),
  );
const names = ['sip:bob@example.com', 'sip:carol@example.com', 'sip:dave@example.com'];
const lists = fc.subarray(names).map((uris) =>
  info(
    'users',
    {},
    uris.length === 0
      ? []
      : [
          xcon(
            'allowed-users-list',
            {},
            uris.map((uri) => xcon('target', { uri, method: 'dial-in' })),
          ),
        ],
  ),
);

const namesIn = (users: XmlElement | undefined): string[] =>
  (users?.elements[0]?.elements ?? []).map((target) => target.attribute('uri') ?? '');
const subjectOf = (element: XmlElement | undefined): string | undefined =>
  element?.elements.find(({ local }) => local === 'subject')?.text;

describe('what a child has of its parent', () => {
  if (DESCRIPTION === undefined) throw new Error('the model has no description');
  const merged = (...three: readonly [XmlElement, XmlElement, XmlElement]): XmlElement =>
    inherited(DESCRIPTION, ...three) ?? info('conference-description');

  it('[E17] follows the parent where the child is the same, and stays where the parent does', () => {
    fc.assert(
      fc.property(description, description, (before, after) => {
        expect(same(merged(before, after, before), after)).to.equal(true);
        expect(same(merged(before, before, after), after)).to.equal(true);
        expect(same(merged(before, after, after), after), 'both said the same').to.equal(true);
      }),
    );
  });

  it('[E17] is for each element its own, where the child set it, else the parent’s', () => {
    fc.assert(
      fc.property(description, description, description, (before, after, own) => {
        const [was, will, has] = [before, after, own].map(subjectOf);
        expect(subjectOf(merged(before, after, own))).to.equal(has === was ? will : has);
        const again = merged(after, after, merged(before, after, own));
        expect(same(again, merged(before, after, own)), 'a change that changes nothing changes nothing').to.equal(true);
      }),
    );
  });

  it('[E17, G4] is of a list of people who each of both added, and without whom either took off', () => {
    fc.assert(
      fc.property(lists, lists, lists, (before, after, own) => {
        const [was, will, has] = [before, after, own].map(namesIn);
        const expected = names.filter((name) => {
          const [old, next, mine] = [was, will, has].map((all) => all?.includes(name) === true);
          return mine === old ? next : mine;
        });
        expect(namesIn(inherited(USERS, before, after, own))).to.have.members(expected);
      }),
    );
  });
});
