import { expect } from 'chai';
import { validate, type DocumentKind } from '../support/schemas.ts';
import { changed } from './samples.ts';

/** One change that makes a valid sample invalid, and what the schema has to complain about. */
type Case = readonly [title: string, before: string, after: string, reason: RegExp];

function rejects(kind: DocumentKind, path: string, cases: readonly Case[]): void {
  for (const [title, before, after, reason] of cases) {
    it(`${kind}: ${title}`, () => {
      expect(validate(kind, changed(path, before, after)).join('\n')).to.match(reason);
    });
  }
}

describe('schemas: documents that are not valid', () => {
  rejects('conference-info', 'conference-info/roster.xml', [
    ['a conference has an entity', ' entity="sip:choir7@example.org"', '', /'entity' is required/],
    ['version is a number', 'version="1"', 'version="one"', /attribute 'version'/],
    [
      'state is full, partial or deleted',
      '<user entity="sip:nora@example.org" state="full"',
      '<user state="half"',
      /half/,
    ],
    ['keywords stand after the subject', '<subject>', '<keywords/><subject>', /subject.*not expected/],
    ['a list of URIs is not empty', '<service-uris>', '<conf-uris/><service-uris>', /conf-uris.*Missing child/],
    ['an entry has a URI', '<uri>https://example.org/choir</uri>', '', /purpose.*not expected/],
    ['an endpoint has a known status', '>connected<', '>listening<', /'listening' is not an element of the set/],
    ['a medium has a known status', '>sendrecv<', '>both<', /'both' is not an element of the set/],
    ['a joining method is known', '>dialed-in<', '>teleported<', /teleported/],
    ['a disconnection method is known', '>departed<', '>evaporated<', /evaporated/],
    ['a time is a time', '2027-03-10T18:00:21Z', '10 March', /dateTime/],
    ['a medium has an id', '<media id="1">', '<media>', /'id' is required/],
    ['a medium has no state', '<media id="1">', '<media id="1" state="deleted">', /'state' is not allowed/],
    ['a dialog has both tags', '<to-tag>b2</to-tag>', '', /Expected is.*to-tag/],
    ['an unknown element of its own is refused', '<locked>', '<parked/><locked>', /parked.*not expected/],
  ]);

  rejects('xcon-conference-info', 'xcon-conference-info/concert.xml', [
    ['a medium that is offered has a label', ' label="main sound"', '', /'label' is required/],
    ['a medium that is offered has a type', '<info:type>audio</info:type>', '', /Expected is.*type/],
    ['gain reaches no lower than -127', '>-127<', '>-128<', /-128/],
    ['gain reaches no higher than 127', '>127<', '>128<', /128/],
    ['codecs say who decides', ' decision="moderator-controlled"', '', /'decision' is required/],
    ['a time is in UTC', '2027-03-10T17:50:00Z', '2027-03-10T18:50:00+01:00', /pattern/],
    [
      'an offset names whom it waits for',
      ' required-participant="conductor"',
      '',
      /'required-participant' is required/,
    ],
    ['offsets keep their order', '<xcon:request-user>', '<xcon:base/><xcon:request-user>', /base.*not expected/],
    ['an invited person has a method', ' method="dial-in"', '', /'method' is required/],
    ['a floor has media', '<xcon:media-label>main sound</xcon:media-label>', '', /Expected is.*media-label/],
    ['a conference has 32 bits in floor control', '4294967295', '4294967296', /conference-ID/],
    ['a permission is true or false', '>true</xcon:allow-sidebars>', '>perhaps</xcon:allow-sidebars>', /perhaps/],
  ]);

  rejects('xcon-conference-info-rng', 'xcon-conference-info/concert.xml', [
    [
      'a floor has no place in an endpoint',
      '<info:media ',
      '<xcon:floor id="1">true</xcon:floor><info:media ',
      /failed to validate content/,
    ],
    [
      'a password has no place in a conference',
      '<info:users>',
      '<xcon:conference-password/><info:users>',
      /conference-info has extra content/,
    ],
    [
      'a subject stands once',
      '<info:conf-uris>',
      '<info:subject/><info:subject/><info:conf-uris>',
      /failed to validate content/,
    ],
    [
      'a user has an entity',
      '<info:user entity="xcon-userid:nora@example.org">',
      '<info:user>',
      /failed to validate content/,
    ],
    ['times keep their order', '<xcon:request-user>', '<xcon:base/><xcon:request-user>', /failed to validate content/],
    [
      'names of our own go to another namespace',
      '<xcon:language>',
      '<xcon:dialect/><xcon:language>',
      /failed to validate content/,
    ],
  ]);

  rejects('ccmp', 'ccmp/conf-create-response.xml', [
    ['a response has a user', '<confUserID>xcon-userid:nora@example.org</confUserID>', '', /Expected is.*confUserID/],
    ['a response has a code', '<response-code>200</response-code>', '', /Expected is.*response-code/],
    ['a code is registered', '>200<', '>299<', /299/],
    ['an operation is known', '>create<', '>clone<', /clone/],
    ['version starts at 1', '<version>1<', '<version>0<', /version/],
    [
      'parameters are in no namespace',
      '<version>1</version>',
      '<ccmp:version>1</ccmp:version>',
      /version.*not expected/,
    ],
    [
      'the special element is in the namespace',
      '<ccmp:confResponse>',
      '<confResponse/><ccmp:confResponse>',
      /confResponse/,
    ],
    ['type and special element agree', 'ccmp-conf-response', 'ccmp-user-response', /Expected is.*userResponse/],
    ['a message has a type', ' xsi:type="ccmp:ccmp-conf-response-message-type"', '', /abstract/],
    ['a type is defined', 'ccmp-conf-response', 'ccmp-confs-reply', /does not resolve/],
    ['the conference inside is checked', '<info:uri>sip:choir7@example.org</info:uri>', '', /Expected is.*uri/],
    [
      'what RFC 6501 adds is checked',
      '<xcon:conference-password>',
      '<xcon:allow-sidebars/><xcon:conference-password>',
      /boolean/,
    ],
  ]);

  rejects('ccmp', 'ccmp/conf-create-request.xml', [
    [
      'operation stands after the user',
      '<confUserID>',
      '<operation>create</operation><confUserID>',
      /confUserID.*not expected/,
    ],
    ['a request has no version', '<operation>', '<version>1</version><operation>', /version.*not expected/],
    ['a subject has only a name and a password', '<username>', '<realm/><username>', /realm/],
  ]);

  rejects('ccmp', 'ccmp/options-response.xml', [
    ['one of the ten standard messages', '>confsRequest<', '>seatingPlan<', /seatingPlan/],
    [
      'a standard message is listed',
      '<standard-message><name>confsRequest</name></standard-message>',
      '<message/>',
      /message/,
    ],
    [
      'an extension has a schema',
      '<schema-def>https://example.org/programme.xsd</schema-def>',
      '',
      /Expected is.*schema-def/,
    ],
  ]);

  rejects('conference-info-diff', 'conference-info-diff/changes.xml', [
    ['a diff has an entity', ' entity="xcon:choir7@example.org"', '', /'entity' is required/],
    ['an operation has a selector', ' sel="info:conference-info/@version"', '', /'sel' is required/],
    ['nothing is added to an attribute', 'sel="info:conference-info/info:users"', 'sel="*/@entity"', /pattern/],
    ['a selector has no axes', '*/info:users/xcon:allowed', 'descendant::xcon:allowed', /pattern/],
    ['a position is known', 'pos="prepend"', 'pos="first"', /first/],
    ['white space goes before, after or on both sides', 'ws="after"', 'ws="around"', /around/],
    ['at most one node replaces another', '>3<', '><a/><b/><', /not expected/],
    [
      'whole elements of RFC 6501 are checked',
      '<xcon:join-handling>confirm<',
      '<xcon:join-handling><',
      /join-handling/,
    ],
  ]);
});
