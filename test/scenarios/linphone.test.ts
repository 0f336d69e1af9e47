import { expect } from 'chai';
import { description } from '../support/messages.ts';
import type { Answer } from '../support/party.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, PASSWORD, sipOf, TestSystem } from '../support/system.ts';
import { LinphoneClient, type LinphoneOptions, type Plan } from './linphone-client.ts';

const planned: Plan = {
  subject: 'Weekly',
  text: 'All about it',
  start: '20301224T100000Z',
  duration: 'PT1H30M',
  invited: [
    { uri: 'sip:bob@example.com', method: 'dial-in' },
    { uri: 'sip:erin@elsewhere.example', method: 'dial-in' },
  ],
};

/** What any answer with a document must be, or Linphone crashes or shows nonsense. */
function expectDigestible({ xml, info, type }: Answer): void {
  expect(xml).to.match(/<ccmpResponse[^>]* xsi:type="ccmp:ccmp-[a-z]+-response-message-type"/i);
  expect(type).to.equal('conf');
  // Its parser wants the parameters in no namespace.
  for (const name of ['confUserID', 'confObjID', 'operation', 'response-code', 'version']) {
    expect(xml, name).to.match(new RegExp(`<${name}>[^<]+</${name}>`));
  }
  const uris = textsAt(info, 'conference-description/conf-uris/entry/uri');
  expect(uris, 'exactly one SIP URI').to.have.length(1);
  expect(uris[0]).to.match(/^sip:[^@]+@example\.com$/);
  const media = all(info, 'conference-description/available-media/entry');
  expect(media.map((one) => textAt(one, 'status'))).to.deep.equal(['sendrecv', 'sendrecv', 'inactive']);
  expect(media.map((one) => textAt(one, 'type'))).to.deep.equal(['audio', 'video', 'text']);
  const aors: string[] = [];
  for (const user of all(info, 'users/user')) {
    expect(user.attribute('entity')).to.match(/^xcon-userid:/);
    const [address, ...more] = textsAt(user, 'associated-aors/entry/uri').filter((uri) => uri.startsWith('sip:'));
    expect(address, user.attribute('entity')).to.be.a('string');
    aors.push(address ?? '', ...more);
  }
  expect(new Set(aors), 'no address stands in two users').to.have.property('size', aors.length);
  const entities = attributesAt(info, 'users/user', 'entity');
  for (const target of attributesAt(info, 'users/allowed-users-list/target', 'uri'))
    expect(entities).to.include(target);
  const organizers = all(info, 'users/user').filter((user) => textsAt(user, 'roles/entry').includes('organizer'));
  expect(organizers).to.have.length(1);
  // It compares these names as text; the list is the organizer's to see.
  expect(xml).to.include('<xcon:conference-time>');
  expect(xml).to.match(/^(?!.*<(?!xcon:)[a-z]*:?(conference-time|allowed-users-list))/s);
}

describe('Linphone', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start();
    await system.administration.addUser({
      name: 'al.ice',
      password: PASSWORD,
      addresses: ['sip:al%20ice@example.com'],
    });
  });
  after(() => system.close());

  const linphone = (login: string, options: LinphoneOptions = {}) =>
    new LinphoneClient(() => system.url, login, options);

  it('[H16] is challenged for every request, by Basic before Digest SHA-256 before MD5', async () => {
    const alice = linphone('alice');
    await alice.list();
    await alice.list();
    expect(alice.challenged).to.deep.equal([
      ['Basic', 'DigestSHA-256', 'DigestMD5'],
      ['Basic', 'DigestSHA-256', 'DigestMD5'],
    ]);
  });

  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    it(`[C5, C7, H4, H7, Z2] plans a conference by Digest ${algorithm}, without Accept, and can read the answer`, async () => {
      const answer = await linphone('alice', { algorithm }).create(planned);
      expect(answer).to.include({ code: 200, version: 1, operation: 'create' });
      expect(answer.info?.attribute('entity')).to.equal(answer.confObjID);
      expectDigestible(answer);
      expect(textAt(answer.info, 'conference-description/subject')).to.equal('Weekly');
      expect(textAt(answer.info, 'conference-description/free-text')).to.equal('All about it');
      expect(answer.xml).to.include('<xcon:allowed-users-list>').and.not.include('AUTO_GENERATE');
    });
  }

  it('[U6] finds those whom it invited by their SIP addresses: users of the directory and others', async () => {
    const { info } = await linphone('alice').create(planned);
    const byAddress = all(info, 'users/user').map((user) => [
      textAt(user, 'associated-aors/entry/uri'),
      user.attribute('entity'),
    ]);
    expect(byAddress).to.deep.include(['sip:bob@example.com', idOf('bob')]);
    const erin = byAddress.find(([address]) => address === 'sip:erin@elsewhere.example')?.[1];
    expect(erin).to.match(/^xcon-userid:.+@example\.com$/);
    expect(attributesAt(info, 'users/allowed-users-list/target', 'uri')).to.deep.equal([idOf('bob'), erin]);
    expect(attributesAt(info, 'users/allowed-users-list/target', 'method')).to.deep.equal(['dial-in', 'dial-in']);
    const [organizer] = all(info, 'users/user').filter((user) => textsAt(user, 'roles/entry').includes('organizer'));
    expect(organizer?.attribute('entity')).to.equal(idOf('alice'));
  });

  it('[E17] gets its iCalendar back with CRLF, one event in UTC, hours and minutes', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    for (const { xml } of [await alice.retrieve(uri), await alice.update(uri, planned)]) {
      const [, base = ''] = /<xcon:base>([^]*?)<\/xcon:base>/.exec(xml) ?? [];
      const lines = base.split('&#13;\n');
      expect(base, 'nothing before, CRLF at the end').to.match(/^BEGIN:VCALENDAR&#13;\n[^]*END:VCALENDAR&#13;\n$/);
      expect(lines).to.include('DTSTART:20301224T100000Z').and.include('DURATION:PT1H30M');
      expect(lines.filter((line) => line === 'BEGIN:VEVENT')).to.have.length(1);
    }
  });

  it('[E17] keeps the text as it was sent for others: CRLF and all', async () => {
    const uri = made(await linphone('alice').create(planned));
    const { xml } = await system.as('alice').retrieves(uri);
    const [, base = ''] = /<xcon:base>([^]*?)<\/xcon:base>/.exec(xml) ?? [];
    expect(base)
      .to.match(/^BEGIN:VCALENDAR&#13;\nVERSION:2\.0&#13;\n/)
      .and.match(/END:VCALENDAR&#13;\n$/);
    expect(base).to.include('PRODID:-//Linphone//Conference calendar//EN&#13;\n').and.include('UID:uid-1&#13;\n');
    const { info } = await system.as('alice').retrieves(uri);
    expect(attributesAt(info, 'users/allowed-users-list/target', 'uri'), 'targets as it sent them').to.deep.equal(
      planned.invited.map((one) => one.uri),
    );
  });

  for (const start of ['19700101T000000Z', '19691231T235959Z']) {
    it(`asks for a conference now by a DTSTART of ${start}, and calls those whom it names`, async () => {
      const now: Plan = {
        subject: 'Now',
        start,
        invited: [{ uri: 'sip:bob@example.com', method: 'dial-out' }],
      };
      const alice = linphone('alice');
      const answer = await alice.create(now);
      expect(answer.code).to.equal(200);
      expectDigestible(answer);
      expect(attributesAt(answer.info, 'users/allowed-users-list/target', 'method')).to.deep.equal(['dial-out']);
      expect(textAt(answer.info, 'conference-description/conference-time/entry/base')).not.to.include('DURATION');
    });
  }

  it('[A1, C10, G1] sends everything again with its placeholders to change the subject, and no media are added', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    const labels = attributesAt(
      (await alice.retrieve(uri)).info,
      'conference-description/available-media/entry',
      'label',
    );
    const answer = await alice.update(uri, { ...planned, subject: 'Fortnightly' });
    expect(answer).to.include({ code: 200, version: 2, confObjID: uri, operation: 'update' });
    expectDigestible(answer);
    expect(answer.info?.attribute('entity')).to.equal(uri);
    const { info } = await alice.retrieve(uri);
    expect(textAt(info, 'conference-description/subject')).to.equal('Fortnightly');
    expect(attributesAt(info, 'conference-description/available-media/entry', 'label')).to.deep.equal(labels);
  });

  it('[G4, U6] adds one guest and takes another off; who stays keeps her XCON-USERID', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    const entityOf = ({ info }: Answer, address: string): string | undefined =>
      all(info, 'users/user')
        .find((user) => textsAt(user, 'associated-aors/entry/uri').includes(address))
        ?.attribute('entity');
    const before = entityOf(await alice.retrieve(uri), 'sip:erin@elsewhere.example');
    const [, erin] = planned.invited;
    const carol = { uri: sipOf('carol'), method: 'dial-in' } as const;
    const answer = await alice.update(uri, { ...planned, invited: [erin!, carol] });
    expectDigestible(answer);
    expect(entityOf(answer, 'sip:erin@elsewhere.example')).to.equal(before).and.be.a('string');
    expect(entityOf(answer, sipOf('carol'))).to.equal(idOf('carol'));
    expect(entityOf(answer, sipOf('bob'))).to.equal(undefined);
  });

  it('moves a conference to another time', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    await alice.update(uri, { ...planned, start: '20301225T120000Z', duration: 'PT45M' });
    const base = textAt((await alice.retrieve(uri)).info, 'conference-description/conference-time/entry/base');
    expect(base).to.include('DTSTART:20301225T120000Z').and.include('DURATION:PT45M');
  });

  it('[E17] leaves zone and rule of a series alone when it changes something else', async () => {
    const owner = system.as('alice');
    const series = `BEGIN:VCALENDAR&#13;
VERSION:2.0&#13;
BEGIN:VEVENT&#13;
UID:series&#13;
DTSTART;TZID=Europe/Berlin:20300107T090000&#13;
DURATION:PT1H&#13;
RRULE:FREQ=WEEKLY&#13;
END:VEVENT&#13;
END:VCALENDAR&#13;
`;
    const time = `<xcon:conference-time><xcon:entry><xcon:base>${series}</xcon:base></xcon:entry></xcon:conference-time>`;
    const uri = made(await owner.creates(description(`<info:subject>Old</info:subject>${time}`)));
    const alice = linphone('alice');
    const shown = textAt((await alice.retrieve(uri)).info, 'conference-description/conference-time/entry/base') ?? '';
    expect(shown).not.to.include('RRULE');
    const [, start = ''] = /DTSTART:(\d{8}T\d{6}Z)/.exec(shown) ?? [];
    expect(start, 'nine in Berlin in winter').to.equal('20300107T080000Z');
    const { code } = await alice.update(uri, { ...planned, subject: 'New', start, duration: 'PT1H' });
    expect(code).to.equal(200);
    const { info } = await owner.retrieves(uri);
    expect(textAt(info, 'conference-description/subject')).to.equal('New');
    expect(textAt(info, 'conference-description/conference-time/entry/base')).to.include('RRULE:FREQ=WEEKLY');
    // A client that was shown an occurrence sends it back though by now another one is the next.
    const later = { ...planned, subject: 'Newer', start: '20300114T080000Z', duration: 'PT1H' };
    expect((await alice.update(uri, later)).code).to.equal(200);
    const again = (await owner.retrieves(uri)).info;
    expect(textAt(again, 'conference-description/conference-time/entry/base')).to.include('RRULE:FREQ=WEEKLY');
  });

  it('[E17] moves the one occurrence that it was shown of a series with rules, zones and several entries', async () => {
    const owner = system.as('alice');
    const event = (uid: string, ...lines: string[]): string =>
      [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'BEGIN:VEVENT',
        `UID:${uid}`,
        ...lines,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ].join('&#13;\n');
    const entry = (base: string, more = ''): string => `<xcon:entry><xcon:base>${base}</xcon:base>${more}</xcon:entry>`;
    const weekly = event('weekly', 'DTSTART;TZID=Europe/Berlin:20300108T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY');
    const single = event('single', 'DTSTART:20300107T120000Z', 'DURATION:PT1H');
    const early = '<xcon:can-join-after-offset>2030-01-08T07:30:00Z</xcon:can-join-after-offset>';
    const time = `<xcon:conference-time>${entry(weekly, early)}${entry(single)}</xcon:conference-time>`;
    const uri = made(await owner.creates(description(`<info:subject>Rounds</info:subject>${time}`)));
    const alice = linphone('alice');
    const shown = textAt((await alice.retrieve(uri)).info, 'conference-description/conference-time/entry/base') ?? '';
    expect(shown, 'the first of both').to.include('DTSTART:20300107T120000Z');
    const first = { ...planned, subject: 'Rounds', start: '20300107T150000Z', duration: 'PT1H' };
    const moved = await alice.update(uri, first);
    expect(moved.code).to.equal(200);
    const child = made(moved);
    expect(child).not.to.equal(uri);
    const whole = (await owner.retrieves(uri)).xml;
    for (const kept of ['RRULE:FREQ=WEEKLY', 'TZID=Europe/Berlin', 'UID:weekly', 'UID:single', '07:30:00Z'])
      expect(whole).to.include(kept);
    const next = textAt((await alice.retrieve(uri)).info, 'conference-description/conference-time/entry/base') ?? '';
    expect(next, 'the series goes on').to.include('DTSTART:20300108T080000Z');
    const own = textAt((await alice.retrieve(child)).info, 'conference-description/conference-time/entry/base') ?? '';
    expect(own).to.include('DTSTART:20300107T150000Z');
    const all = await alice.update(uri, { ...planned, subject: 'All', start: '20300115T080000Z', duration: 'PT1H' });
    expect(all.code, all.xml).to.equal(200);
    expect((await owner.retrieves(uri)).xml)
      .to.include('<info:subject>All<')
      .and.include('RRULE:FREQ=WEEKLY');
    const now = await alice.update(uri, { ...planned, subject: 'Now', start: '19700101T000000Z' });
    expect(now.code, 'now means nothing to a series').to.equal(200);
    expect((await owner.retrieves(uri)).xml).to.include('RRULE:FREQ=WEEKLY');
  });

  it('[C12] deletes with the whole confInfo in the request; the answer has confObjID and the empty confResponse', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    const answer = await alice.delete(uri, planned);
    expect(answer).to.include({ code: 200, confObjID: uri, operation: 'delete', version: undefined, info: undefined });
    expect(answer.confUserID).not.to.equal('');
    expect(answer.xml).to.match(/<ccmp:confResponse(\/>|><\/ccmp:confResponse>)/);
    expect((await alice.retrieve(uri)).code).to.equal(404);
  });

  it('[M10, M15] can read errors too: confUserID, response-code and the specialised element are there', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    const refused = [await linphone('bob').delete(uri, planned), await linphone('dave').retrieve(uri)];
    expect(refused.map(({ code }) => code)).to.deep.equal([401, 404]);
    for (const { xml, confUserID } of refused) {
      expect(confUserID).to.match(/^xcon-userid:/);
      expect(xml)
        .to.match(/xsi:type="ccmp:ccmp-conf-response-message-type"/)
        .and.include('<ccmp:confResponse');
    }
  });

  it('[C11] the invited Bob, whose Linphone sends updates as well, gets 409 and changes nothing', async () => {
    const uri = made(await linphone('alice').create(planned));
    const answer = await linphone('bob').update(uri, { ...planned, subject: "Bob's" });
    expect(answer).to.include({ code: 409, version: 1 });
    const { info } = await linphone('alice').retrieve(uri);
    expect(textAt(info, 'conference-description/subject')).to.equal('Weekly');
  });

  it('[E35] the invited Bob finds in the list who is invited, by entities that he sees as users', async () => {
    const uri = made(await linphone('alice').create(planned));
    const { info } = await linphone('bob').retrieve(uri);
    const targets = attributesAt(info, 'users/allowed-users-list/target', 'uri');
    expect(targets).to.have.length(2).and.include(idOf('bob'));
    expect(attributesAt(info, 'users/user', 'entity')).to.include.members(targets);
    expect(attributesAt((await system.as('bob').retrieves(uri)).info, 'users/allowed-users-list/target', 'uri')).to.be
      .empty;
  });

  it('[C1, C2] lists what it organises or is invited to, nothing else, and retrieves each', async () => {
    const fresh = await TestSystem.start();
    try {
      const [alice, bob, dave] = ['alice', 'bob', 'dave'].map((name) => new LinphoneClient(() => fresh.url, name));
      expect(all((await alice!.list()).info, 'entry')).to.be.empty;
      const uri = made(await alice!.create(planned));
      const others = made(await dave!.create({ ...planned, invited: [] }));
      for (const client of [alice!, bob!]) {
        const listed = textsAt((await client.list()).info, 'entry/uri');
        expect(listed).to.deep.equal([uri]);
        const answers = await Promise.all(listed.map((one) => client.retrieve(one)));
        answers.forEach(expectDigestible);
      }
      expect(textsAt((await dave!.list()).info, 'entry/uri')).to.deep.equal([others]);
    } finally {
      await fresh.close();
    }
  });

  it('[M6, Z2, Z5] is known by any form of its SIP identity, but never as somebody else', async () => {
    const own = await linphone('alice', { identity: 'Alice@Example.com:5061;transport=tls' }).create(planned);
    expect(own.code).to.equal(200);
    const [user] = all(own.info, 'users/user').filter((one) => textsAt(one, 'roles/entry').includes('organizer'));
    expect(user?.attribute('entity')).to.equal(idOf('alice'));
    const escaped = await linphone('al.ice', { identity: 'al%20ice@example.com:5061;transport=tls' }).create(planned);
    expect(escaped.code).to.equal(200);
    expect((await linphone('alice', { identity: 'bob@example.com' }).list()).code).to.equal(401);
    expect((await linphone('alice', { identity: 'nobody@example.com' }).list()).code).to.equal(421);
  });

  it('[E18] sees one URI where a telephone number was added, though others see both', async () => {
    const alice = linphone('alice');
    const uri = made(await alice.create(planned));
    const number = '<info:conf-uris><info:entry><info:uri>tel:+15551234</info:uri></info:entry></info:conf-uris>';
    await system.as('alice').updates(uri, description(number));
    expectDigestible(await alice.retrieve(uri));
    const { info } = await system.as('alice').retrieves(uri);
    expect(textsAt(info, 'conference-description/conf-uris/entry/uri')).to.have.length(2).and.include('tel:+15551234');
    expect(userIn(info, idOf('alice'))).not.to.equal(undefined);
  });
});
