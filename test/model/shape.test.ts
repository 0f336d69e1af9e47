import { expect } from 'chai';
import fc from 'fast-check';
import { CONFERENCE, type ElementDefinition, USER } from '../../lib/model/definitions.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { check, normalise, ShapeError } from '../../lib/model/shape.ts';
import { same } from '../../lib/model/compare.ts';
import { parseFragment } from '../../lib/xml/parse.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { validate } from '../support/schemas.ts';
import { documentOf, elementsOf } from './documents.ts';

/** Where the model refuses what both schemas take, by what its refusal says. */
const STRICTER: readonly (readonly [refusal: RegExp, reason: string])[] = [
  [/has no attribute/, 'an attribute without namespace that no RFC names is a mistake, though RFC 6501 leaves room'],
  [/must be: nonNegativeInteger/, 'numbers end at 2^53, where RFC 6501 knows no end'],
  [/must be: anyURI/, 'libxml2 takes characters in URIs that RFC 3986 does not'],
  [/must be: dateTime/, 'midnight is 00:00, not 24:00 of the day before'],
  [/must be: int, not negative/, 'RFC 6501 and RFC 4575 disagree on the most users; what both take'],
  [/must be: .*(unsignedInt|boolean|int from|language)/, 'lexical forms that only libxml2 takes'],
  [/needs the attribute|must be: token|must be: [a-z]+(-[a-z]+)*, /i, 'an empty name names nothing'],
];

const refusal = (definition: ElementDefinition, element: XmlElement): string | undefined => {
  try {
    check(definition, element);
    return undefined;
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
};

const errorsOf = (element: XmlElement): string[] => {
  const text = documentOf(element);
  return [...validate('xcon-conference-info', text), ...validate('xcon-conference-info-rng', text)];
};

const read = (xml: string): XmlElement => parseFragment(Buffer.from(xml), PREFIXES);
const conference = (inside: string): XmlElement =>
  normalise(CONFERENCE, read(`<info:conference-info entity="xcon:a@example.com">${inside}</info:conference-info>`));
const description = (inside: string): string => `<info:conference-description>${inside}</info:conference-description>`;
const user = (inside: string): string =>
  `<info:users><info:user entity="xcon-userid:a@b">${inside}</info:user></info:users>`;

describe('the definition table', () => {
  it('[E1, G6] accepts no document that one of the schemas refuses', function () {
    this.timeout(180_000);
    fc.assert(
      fc.property(elementsOf(CONFERENCE, { wrong: 300 }), (element) => {
        const kept = normalise(CONFERENCE, element);
        if (refusal(CONFERENCE, kept) === undefined) expect(errorsOf(kept)).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });

  it('[E1] refuses documents that both schemas take for known reasons only', function () {
    this.timeout(180_000);
    fc.assert(
      fc.property(elementsOf(CONFERENCE, { wrong: 300 }), (element) => {
        const kept = normalise(CONFERENCE, element);
        const refused = refusal(CONFERENCE, kept);
        if (refused === undefined || STRICTER.some(([pattern]) => pattern.test(refused))) return;
        expect(errorsOf(kept), refused).to.not.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it('[E1] accepts every document that is made from it', function () {
    this.timeout(180_000);
    fc.assert(
      fc.property(elementsOf(CONFERENCE), (element) => {
        const kept = normalise(CONFERENCE, element);
        expect(refusal(CONFERENCE, kept)).to.equal(undefined);
        expect(errorsOf(kept)).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });

  it('normalises what is normal to the same', () => {
    fc.assert(
      fc.property(elementsOf(USER, { wrong: 50 }), (element) => {
        const once = normalise(USER, element);
        expect(same(normalise(USER, once), once)).to.equal(true);
      }),
    );
  });

  const taken: readonly (readonly [title: string, inside: string])[] = [
    [
      '[E6] language, display-text, subject, free-text and keywords of the description',
      description(
        '<info:display-text>a</info:display-text><info:subject>b</info:subject><info:free-text>c</info:free-text><info:keywords>d e</info:keywords><xcon:language>de-CH</xcon:language>',
      ),
    ],
    ['[E7] allow-sidebars', description('<xcon:allow-sidebars>true</xcon:allow-sidebars>')],
    [
      '[E9] sidebar-parent in the description',
      description('<xcon:sidebar-parent>xcon:b@example.com</xcon:sidebar-parent>'),
    ],
    [
      '[E20] service-uris with purpose',
      description(
        '<info:service-uris><info:entry><info:uri>http://a.example/</info:uri><info:purpose>web-page</info:purpose></info:entry></info:service-uris>',
      ),
    ],
    [
      '[E22, E24] available-media with mixing-mode and controls',
      description(
        '<info:available-media><info:entry label="1"><info:type>audio</info:type><info:status>sendrecv</info:status><xcon:mixing-mode>FCFS</xcon:mixing-mode><xcon:controls><xcon:mute>false</xcon:mute><xcon:gain>-127</xcon:gain><xcon:video-layout>single-view</xcon:video-layout></xcon:controls></info:entry></info:available-media>',
      ),
    ],
    [
      '[E23] codecs with decision and policy',
      description(
        '<info:available-media><info:entry label="1"><info:type>audio</info:type><xcon:codecs decision="automatic"><xcon:codec name="122" policy="allowed"><xcon:subtype>PCMU</xcon:subtype></xcon:codec></xcon:codecs></info:entry></info:available-media>',
      ),
    ],
    [
      '[E26] host-info',
      '<info:host-info><info:display-text>a</info:display-text><info:web-page>http://a.example/</info:web-page><info:uris><info:entry><info:uri>sip:a@b</info:uri></info:entry></info:uris></info:host-info>',
    ],
    [
      '[E27] conference-state',
      '<info:conference-state><info:user-count>1</info:user-count><info:active>true</info:active><info:locked>false</info:locked><xcon:allow-conference-event-subscription>true</xcon:allow-conference-event-subscription></info:conference-state>',
    ],
    [
      '[E31] join-handling, words of later RFCs too',
      '<info:users><xcon:join-handling>knock</xcon:join-handling></info:users>',
    ],
    [
      '[E37] deny-users-list',
      '<info:users><xcon:deny-users-list><xcon:target uri="*@example.com"/></xcon:deny-users-list></info:users>',
    ],
    [
      '[E39] roles, words of later RFCs too',
      user('<info:roles><info:entry>moderator</info:entry><info:entry>scribe</info:entry></info:roles>'),
    ],
    [
      '[E40] what may be done dynamically',
      user(
        '<xcon:allow-refer-users-dynamically>true</xcon:allow-refer-users-dynamically><xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically><xcon:allow-remove-users-dynamically>true</xcon:allow-remove-users-dynamically>',
      ),
    ],
    [
      '[E42] endpoints with how they came and went',
      user(
        '<info:endpoint entity="sip:a@b"><info:status>disconnected</info:status><info:joining-method>dialed-in</info:joining-method><info:disconnection-method>departed</info:disconnection-method><info:disconnection-info><info:when>2026-01-01T00:00:00Z</info:when><info:reason>SIP;cause=200</info:reason></info:disconnection-info></info:endpoint>',
      ),
    ],
  ];
  for (const [title, inside] of taken) {
    it(`takes ${title}`, () => {
      const document = conference(inside);
      expect(refusal(CONFERENCE, document)).to.equal(undefined);
      expect(errorsOf(document)).to.deep.equal([]);
    });
  }

  const refused: readonly (readonly [title: string, inside: string])[] = [
    [
      '[E22] two media with one label',
      description(
        '<info:available-media><info:entry label="1"><info:type>a</info:type></info:entry><info:entry label=" 1"><info:type>b</info:type></info:entry></info:available-media>',
      ),
    ],
    [
      '[E24] a gain beyond 127',
      description(
        '<info:available-media><info:entry label="1"><info:type>a</info:type><xcon:controls><xcon:gain>128</xcon:gain></xcon:controls></info:entry></info:available-media>',
      ),
    ],
    ['[E19] a password outside conf-uris', description('<xcon:conference-password>1</xcon:conference-password>')],
    ['[E19] a password beside the description', '<xcon:conference-password>1</xcon:conference-password>'],
    [
      '[E30] a moderator-id that is no number',
      '<xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>1</xcon:media-label><xcon:moderator-id>alice</xcon:moderator-id></xcon:floor></xcon:conference-floor-policy></xcon:floor-information>',
    ],
    ['[E42] two endpoints with one entity', user('<info:endpoint entity="sip:a@b"/><info:endpoint entity="sip:a@b"/>')],
    [
      '[E42] a status that RFC 4575 does not know',
      user('<info:endpoint entity="sip:a@b"><info:status>gone</info:status></info:endpoint>'),
    ],
    [
      'a floor directly in an endpoint',
      user('<info:endpoint entity="sip:a@b"><xcon:floor id="1">true</xcon:floor></info:endpoint>'),
    ],
    ['an element of the model in no place of its own', '<info:nothing/>'],
  ];
  for (const [title, inside] of refused) {
    it(`refuses ${title}`, () => expect(refusal(CONFERENCE, conference(inside))).to.be.a('string'));
  }

  it('[E46, M19] keeps extensions where the schemas have a place for them, and leaves the others out', () => {
    const ext = (inside: string): XmlElement => info('display-text', {}, [inside]);
    const own = ext('a').withAttribute('x', '1', 'urn:x');
    expect(
      normalise(CONFERENCE, info('conference-info', { entity: 'xcon:a' }, [info('conference-description', {}, [own])]))
        .first(own.namespace, 'conference-description')
        ?.first(own.namespace, 'display-text')?.attributes,
    ).to.deep.equal([]);
    const users = conference('<info:users><more xmlns="urn:x">y</more></info:users>').first(own.namespace, 'users');
    expect(users?.first('urn:x', 'more')?.text).to.equal('y');
  });

  it('[E35] reads email and writes e-mail', () => {
    const list = xcon('persistent-list', {}, [
      xcon('user', { name: 'a', nickname: 'b', id: 'c' }, [xcon('email', {}, ['a@b'])]),
    ]);
    const users = info('users', {}, [xcon('allowed-users-list', {}, [list])]);
    expect(documentOf(normalise(CONFERENCE, info('conference-info', { entity: 'xcon:a' }, [users])))).to.include(
      '<xcon:e-mail>a@b</xcon:e-mail>',
    );
  });
});
