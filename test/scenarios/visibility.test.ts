import { expect } from 'chai';
import { AUDIENCES, type Audience } from '../../lib/model/definitions.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { policyRows } from '../docs/policy-table.ts';
import { allowed, description, endpoint, users } from '../support/messages.ts';
import { all } from '../support/reading.ts';
import { idOf, made, sipOf, TestSystem } from '../support/system.ts';

const controls = '<xcon:controls><xcon:mute>false</xcon:mute><xcon:gain>3</xcon:gain></xcon:controls>';
const floor = '<xcon:floor id="1">true</xcon:floor>';
const when =
  '<info:when>2026-11-23T10:00:00Z</info:when><info:reason>SIP;cause=200</info:reason><info:by>sip:bob@example.com</info:by>';
const uris = (purpose: string, more = ''): string =>
  `<info:entry><info:uri>sip:${purpose}@example.com</info:uri><info:display-text>x</info:display-text><info:purpose>${purpose}</info:purpose><info:modified>${when}</info:modified>${more}</info:entry>`;

const ours = 'xmlns:p="urn:plenary:conference-policy"';
const reminder = `<p:reminder ${ours} before="600" by="mail"/>`;

/** A conference of Alice with all that one may have. */
const EVERYTHING =
  description(
    `<info:display-text>Board</info:display-text><info:subject>x</info:subject><info:free-text>x</info:free-text><info:keywords>x</info:keywords>
     <info:conf-uris>${uris('participation', '<xcon:conference-password>4711</xcon:conference-password>')}</info:conf-uris>
     <info:service-uris>${uris('recording')}</info:service-uris>
     <info:maximum-user-count>50</info:maximum-user-count>
     <info:available-media><info:entry label="1"><info:display-text>x</info:display-text><info:type>audio</info:type><info:status>sendrecv</info:status><xcon:mixing-mode>automatic</xcon:mixing-mode><xcon:codecs decision="automatic"><xcon:codec name="PCMU" policy="allowed"/></xcon:codecs>${controls}</info:entry></info:available-media>
     <xcon:language>en</xcon:language><xcon:allow-sidebars>true</xcon:allow-sidebars>
     <xcon:conference-time><xcon:entry><xcon:base>BEGIN:VCALENDAR&#13;
VERSION:2.0&#13;
PRODID:-//x//x//EN&#13;
BEGIN:VEVENT&#13;
UID:1@example.com&#13;
DTSTAMP:20261101T000000Z&#13;
DTSTART:20361201T100000Z&#13;
DURATION:PT1H&#13;
END:VEVENT&#13;
END:VCALENDAR&#13;
</xcon:base><xcon:can-join-after-offset>2020-01-01T00:00:00Z</xcon:can-join-after-offset></xcon:entry></xcon:conference-time>
     ${reminder}`,
  ) +
  '<info:host-info><info:display-text>x</info:display-text><info:web-page>http://example.com/</info:web-page></info:host-info>' +
  '<info:conference-state><info:locked>false</info:locked><xcon:allow-conference-event-subscription>true</xcon:allow-conference-event-subscription></info:conference-state>' +
  users(
    `<info:user entity="${idOf('bob')}"><info:roles><info:entry>moderator</info:entry></info:roles></info:user>` +
      '<xcon:join-handling>allow</xcon:join-handling><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>' +
      allowed([sipOf('dave'), 'dial-in']) +
      '<xcon:deny-users-list><xcon:target uri="sip:mallory@example.net"/></xcon:deny-users-list>',
  ) +
  '<xcon:floor-information><xcon:conference-ID>7</xcon:conference-ID><xcon:allow-floor-events>true</xcon:allow-floor-events><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>1</xcon:media-label><xcon:algorithm>FCFS</xcon:algorithm></xcon:floor></xcon:conference-floor-policy></xcon:floor-information>';

/** Somebody else than the readers, with all that a user may have. */
const RICH_USER = `<info:user entity="xcon-userid:gina@example.com"><info:display-text>Gina</info:display-text>
  <info:associated-aors><info:entry><info:uri>sip:gina@example.net</info:uri></info:entry></info:associated-aors>
  <info:roles><info:entry>participant</info:entry></info:roles><info:languages>en</info:languages>
  <info:endpoint entity="sip:gina@example.net"><info:display-text>x</info:display-text><info:referred>${when}</info:referred>
    <info:status>connected</info:status><info:joining-method>dialed-in</info:joining-method><info:joining-info>${when}</info:joining-info>
    <info:disconnection-method>departed</info:disconnection-method><info:disconnection-info>${when}</info:disconnection-info>
    <info:media id="1"><info:display-text>x</info:display-text><info:type>audio</info:type><info:label>1</info:label><info:src-id>1</info:src-id><info:status>sendrecv</info:status>
      <xcon:to-mixer name="AudioIn">${floor}${controls}</xcon:to-mixer><xcon:from-mixer name="AudioOut">${floor}${controls}</xcon:from-mixer></info:media>
    <info:call-info><info:sip><info:display-text>x</info:display-text><info:call-id>1</info:call-id><info:from-tag>2</info:from-tag><info:to-tag>3</info:to-tag></info:sip></info:call-info>
  </info:endpoint>
  <xcon:provide-anonymity>none</xcon:provide-anonymity>
  <xcon:allow-refer-users-dynamically>true</xcon:allow-refer-users-dynamically>
  <xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>
  <xcon:allow-remove-users-dynamically>true</xcon:allow-remove-users-dynamically>
  <p:answer ${ours} to="all">accepted</p:answer>${reminder}<p:zone ${ours}>Europe/Berlin</p:zone></info:user>`;

describe('what readers see of a conference that has everything', () => {
  const rows = policyRows();
  /** What only other conferences than this one have. */
  const elsewhere = ['cloning-parent', 'sidebar-parent', 'sidebars-by-ref', 'sidebars-by-val', 'cascaded-focus'];
  const seen = new Map<Audience, XmlElement>();
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start();
    const alice = system.as('alice');
    const uri = made(await alice.creates(EVERYTHING));
    for (const name of ['bob', 'carol'] as const)
      await system.as(name).joins(uri, endpoint(sipOf(name)), { password: '4711' });
    expect(await alice.updatesUsers(uri, RICH_USER)).to.include({ code: 200 });
    const readers = { invited: 'dave', participant: 'carol', moderator: 'bob', organizer: 'alice' } as const;
    for (const level of AUDIENCES) {
      const { code, info } = await system.as(readers[level]).retrieves(uri, { password: '4711' });
      expect(code, level).to.equal(200);
      seen.set(level, info!);
    }
  });
  after(() => system.close());

  for (const { path, sees } of rows.filter(({ path }) => !elsewhere.some((local) => path.endsWith(local)))) {
    it(`[Z3, Z10, B4] ${path} is for the ${sees} and those above`, () => {
      const found = AUDIENCES.filter((level) => all(seen.get(level), path).length > 0);
      expect(found).to.deep.equal(AUDIENCES.slice(AUDIENCES.indexOf(sees)));
    });
  }
});
