import { expect } from 'chai';
import ICAL from 'ical.js';
import { calendarText, DavParty } from '../support/dav.ts';
import { made, TestSystem } from '../support/system.ts';

const WEEKLY = [
  'UID:weekly@client',
  'DTSTAMP:20291201T000000Z',
  'DTSTART;TZID=Europe/Berlin:20300107T090000',
  'DTEND;TZID=Europe/Berlin:20300107T100000',
  'RRULE:FREQ=WEEKLY;COUNT=52',
  'SUMMARY:Weekly',
  'X-OF-CLIENT;X-SIZE=2:kept',
];

const eventOf = (text: string, index = 0): ICAL.Component => {
  const event = ICAL.Component.fromString(text).getAllSubcomponents('vevent')[index];
  if (event === undefined) throw new Error(text);
  return event;
};

describe('a calendar of conferences', () => {
  let system: TestSystem;
  let alice: DavParty;
  let bob: DavParty;
  beforeEach(async () => {
    system = await TestSystem.start();
    [alice, bob] = [new DavParty(system, 'alice'), new DavParty(system, 'bob')];
  });
  afterEach(() => system.close());

  const uris = async (name: 'alice' | 'bob'): Promise<string[]> =>
    [...(await system.as(name).lists()).xml.matchAll(/<info:uri>(xcon:[^<]*)</g)].map(([, uri = '']) => uri);

  it('is found from nothing but the name of the server', async () => {
    const known = await alice.asks('PROPFIND', '/.well-known/caldav', { Depth: '0' });
    expect([known.status, known.headers.location]).to.deep.equal([301, '/dav/']);
    const body = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>';
    const root = await alice.multi('PROPFIND', '/dav/', body, '0');
    const principal = root.responses[0]?.found.get('current-user-principal')?.elements[0]?.text ?? '';
    expect(principal).to.equal('/dav/principals/alice@example.com/');
    const homes =
      '<propfind xmlns="DAV:"><prop><c:calendar-home-set xmlns:c="urn:ietf:params:xml:ns:caldav"/></prop></propfind>';
    const found = await alice.multi('PROPFIND', principal, homes, '0');
    expect(found.responses[0]?.found.get('calendar-home-set')?.elements[0]?.text).to.equal(alice.home);
    const inside = await alice.multi(
      'PROPFIND',
      alice.home,
      '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>',
    );
    expect(inside.hrefs).to.deep.equal([alice.home, alice.calendar, `${alice.home}inbox/`, `${alice.home}outbox/`]);
  });

  it('makes a conference of an event, and shows how to join', async () => {
    const put = await alice.puts(
      'w.ics',
      calendarText([...WEEKLY, 'ATTENDEE;CN=Bob:mailto:bob@example.com', 'ORGANIZER:mailto:alice@example.com']),
    );
    expect(put.status).to.equal(201);
    const [uri = ''] = await uris('alice');
    expect(await uris('bob')).to.deep.equal([uri]);
    const { xml } = await system.as('alice').retrieves(uri);
    expect(xml).to.include('<info:subject>Weekly</info:subject>').and.to.include('uri="sip:bob@example.com"');
    const got = await alice.gets('w.ics');
    const event = eventOf(got.body);
    expect(event.getFirstPropertyValue('uid')).to.equal('weekly@client');
    expect(event.getFirstProperty('x-of-client')?.toICALString()).to.equal('X-OF-CLIENT;X-SIZE=2:kept');
    expect(event.getFirstPropertyValue('conference')).to.equal(uri.replace('xcon:', 'sip:'));
    expect(event.getAllProperties('attendee').map((one) => one.toICALString())).to.deep.equal([
      'ATTENDEE;CN=Bob:mailto:bob@example.com',
    ]);
    const own = await bob.multi('PROPFIND', bob.calendar, '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>');
    const [, path = ''] = own.hrefs;
    const invited = eventOf((await bob.asks('GET', path)).body);
    expect(invited.getFirstPropertyValue('summary')).to.equal('Weekly');
    expect(invited.getFirstPropertyValue('location')).to.equal(uri.replace('xcon:', 'sip:'));
  });

  it('changes and cancels the conference, by the ETag of what was read', async () => {
    await alice.puts('w.ics', calendarText(WEEKLY));
    const [uri = ''] = await uris('alice');
    const { headers, body } = await alice.gets('w.ics');
    const renamed = body.replace('SUMMARY:Weekly', 'SUMMARY:Monthly');
    expect((await alice.puts('w.ics', renamed, { 'If-None-Match': '*' })).status).to.equal(412);
    expect((await alice.puts('w.ics', renamed, { 'If-Match': '"other"' })).status).to.equal(412);
    expect((await alice.puts('w.ics', renamed, { 'If-Match': headers.etag ?? '' })).status).to.equal(204);
    expect((await system.as('alice').retrieves(uri)).xml).to.include('<info:subject>Monthly</info:subject>');
    expect(eventOf((await alice.gets('w.ics')).body).getAllProperties('conference')).to.have.length(1);
    expect((await alice.asks('DELETE', `${alice.calendar}w.ics`, { 'If-Match': headers.etag ?? '' })).status).to.equal(
      412,
    );
    expect((await alice.asks('DELETE', `${alice.calendar}w.ics`)).status).to.equal(204);
    expect((await system.as('alice').retrieves(uri)).code).to.equal(404);
    expect((await alice.gets('w.ics')).status).to.equal(404);
  });

  it('tells what changed since a token, over a restart too', async () => {
    const uri = made(
      await system
        .as('alice')
        .creates(
          '<info:conference-description><info:subject>One</info:subject><xcon:conference-time><xcon:entry><xcon:base>' +
            calendarText(WEEKLY) +
            '</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>',
        ),
    );
    const name = `${uri.replace('xcon:', '')}.ics`;
    const first = await alice.syncs();
    expect(first.changed).to.deep.equal([name]);
    expect(await alice.syncs(first.token)).to.deep.equal({ changed: [], gone: [], token: first.token });
    await alice.puts('two.ics', calendarText(WEEKLY.map((line) => line.replace('weekly@', 'two@'))));
    await system
      .as('alice')
      .updates(uri, '<info:conference-description><info:subject>New</info:subject></info:conference-description>');
    const second = await alice.syncs(first.token);
    expect(second.changed).to.deep.equal(['two.ics', name]);
    await system.restart();
    await system.as('alice').deletes(uri);
    const third = await alice.syncs(second.token);
    expect([third.changed, third.gone]).to.deep.equal([[], [name]]);
    expect((await bob.syncs(first.token)).gone).to.deep.equal([]);
    const old = await alice.asks('REPORT', alice.calendar, {
      body: '<D:sync-collection xmlns:D="DAV:"><D:sync-token>urn:x</D:sync-token><D:prop/></D:sync-collection>',
    });
    expect([old.status, old.body.includes('valid-sync-token')]).to.deep.equal([403, true]);
  });
});
