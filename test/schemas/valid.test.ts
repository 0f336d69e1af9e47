import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { expectSameReading } from '../support/readers.ts';
import { expectValid, type DocumentKind } from '../support/schemas.ts';
import { changed, sample, samplesOf } from './samples.ts';

const KINDS: Record<string, readonly DocumentKind[]> = {
  ccmp: ['ccmp'],
  'conference-info': ['conference-info', 'xcon-conference-info', 'xcon-conference-info-rng'],
  'xcon-conference-info': ['xcon-conference-info', 'xcon-conference-info-rng'],
  'conference-info-diff': ['conference-info-diff'],
};

const MESSAGES = [
  ...['blueprints', 'blueprint', 'confs', 'conf', 'users', 'user'],
  ...['sidebarsByVal', 'sidebarByVal', 'sidebarsByRef', 'sidebarByRef', 'extended'],
];

const HEAD = `xmlns:c="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`;

const request = (name: string, special: string): string =>
  `<c:ccmpRequest ${HEAD}><ccmpRequest xsi:type="c:ccmp-${name}-request-message-type">${special}</ccmpRequest></c:ccmpRequest>`;

const response = (name: string, special: string): string =>
  `<c:ccmpResponse ${HEAD}><ccmpResponse xsi:type="c:ccmp-${name}-response-message-type"><confUserID/>` +
  `<response-code>500</response-code>${special}</ccmpResponse></c:ccmpResponse>`;

describe('schemas: documents that are valid', () => {
  for (const [folder, kinds] of Object.entries(KINDS)) {
    for (const name of samplesOf(folder)) {
      it(`${folder}/${name} is a valid ${kinds.join(', ')} document`, () => {
        for (const kind of kinds) expectValid(kind, sample(`${folder}/${name}`));
      });

      it(`${folder}/${name} reads the same in three libraries`, () => {
        expectSameReading(sample(`${folder}/${name}`));
      });
    }
  }

  it('are all described in their README', () => {
    const folder = new URL('../../schemas/', import.meta.url);
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    const described = [...readme.matchAll(/`([a-z-]+\.(?:xsd|rng))`/g)].map(([, file]) => file);
    expect(readdirSync(folder).filter((file) => file !== 'README.md')).to.have.members([...new Set(described)]);
  });

  for (const name of MESSAGES) {
    it(`${name}Request and ${name}Response may carry nothing of their own`, () => {
      const content = name === 'extended' ? '<extensionName>seatingPlan</extensionName>' : '';
      expectValid('ccmp', request(name, `<c:${name}Request>${content}</c:${name}Request>`));
      expectValid('ccmp', response(name, `<c:${name}Response>${content}</c:${name}Response>`));
    });
  }

  it('children of a conference may stand in any order in RELAX NG', () => {
    const xml = changed(
      'conference-info/roster.xml',
      '<subject>Spring concert</subject>\n    <keywords>choir spring</keywords>',
      '<keywords>choir spring</keywords>\n    <subject>Spring concert</subject>',
    );
    expectValid('xcon-conference-info-rng', xml);
  });

  it('a word of RFC 4575 may be extended where RFC 6501 governs', () => {
    expectValid('xcon-conference-info-rng', changed('conference-info/roster.xml', '>departed<', '>evaporated<'));
  });

  it('an invalid document is reported with its lines', () => {
    expect(() => expectValid('ccmp', '<list/>')).to.throw(/not a valid ccmp document\n1: .*\n {3}1 <list\/>/);
  });
});
