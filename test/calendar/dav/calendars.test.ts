import { expect } from 'chai';
import { Calendars, type CalendarsParts } from '../../../lib/calendar/dav/calendars.ts';
import { davDefaults } from '../../../lib/calendar/dav/limits.ts';
import type { StoredEvent } from '../../../lib/calendar/dav/stored-event.ts';
import type { ConferenceControl } from '../../../lib/conference/control.ts';
import type { XconUri } from '../../../lib/model/identifiers.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';
import { calendarText } from '../../support/dav.ts';
import { as, changes, conference, person, sipOf, title, world } from '../../conference/world.ts';

const planned = (day: string): string =>
  '<info:conference-description><info:subject>One</info:subject><xcon:conference-time><xcon:entry><xcon:base>' +
  `${calendarText([`UID:${day}`, `DTSTART:${day}T090000Z`, 'DURATION:PT1H'])}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>`;

describe('the calendars of users', () => {
  let store: MemoryStore;
  let control: ConferenceControl;
  let calendars: Calendars;
  /** Pages that were read of lists of conferences. */
  let pages = 0;
  beforeEach(async () => {
    ({ store, control } = await world());
    pages = 0;
    const counted: CalendarsParts['control'] = {
      planned: (principal, page) => {
        pages += 1;
        return control.planned(principal, page);
      },
      durable: (uri) => control.durable(uri),
      onChange: (listener) => control.onChange(listener),
    };
    calendars = new Calendars({
      ...{ control: counted, limits: { ...davDefaults, calendars: 2, conferences: 1_000 } },
      events: store.records<StoredEvent>('calendar-event'),
      changes: store.records('calendar-changes'),
      addresses: store.records('calendar-addresses'),
    });
  });

  const plan = async (day: string, inside = ''): Promise<XconUri> =>
    (await control.create(as('alice'), { document: conference(planned(day) + inside) })).uri;
  const inviting = (name: string): string =>
    `<info:users><xcon:allowed-users-list><xcon:target uri="${sipOf(name)}" method="dial-in"/></xcon:allowed-users-list></info:users>`;
  const uris = async (name: string): Promise<XconUri[]> =>
    [...(await calendars.of(person(name))).items()].map(({ uri }) => uri).sort();

  it('are read once, and follow what happens', async () => {
    const made: XconUri[] = [];
    for (let month = 1; month <= 12; month += 1) made.push(await plan(`2030${String(month).padStart(2, '0')}07`));
    expect(await uris('alice')).to.deep.equal(made.toSorted());
    const before = pages;
    const { token } = calendars;
    const [first, second, third] = made as [XconUri, XconUri, XconUri];
    await control.update(as('alice'), first, title('Other'));
    await control.update(as('alice'), second, changes(inviting('bob')));
    await control.delete(as('alice'), third);
    await control.createUser(as('alice'), made[4] ?? first);
    const since = await calendars.since(person('alice'), token);
    expect(since?.changed.map(({ item }) => item.uri)).to.deep.equal([first, second]);
    expect(since?.gone.map(({ name }) => name)).to.deep.equal([`${third.slice('xcon:'.length)}.ics`]);
    expect(pages, 'nothing was listed again').to.equal(before);
    expect(await uris('bob')).to.deep.equal([second]);
    await control.update(as('alice'), second, changes(inviting('carol')));
    expect(await uris('bob')).to.deep.equal([]);
    expect((await calendars.since(person('bob'), token))?.gone).to.have.length(1);
    expect((await calendars.since(person('dave'), token))?.gone, 'she was never there').to.deep.equal([]);
  });

  it('have a conference into which one came by oneself as long as one is in it', async () => {
    const open = '<xcon:can-join-after-offset>1970-01-01T00:00:00Z</xcon:can-join-after-offset></xcon:entry>';
    const document = conference(planned('20300107').replace('</xcon:entry>', open));
    const { uri } = await control.create(as('alice'), { document });
    expect(await uris('dave')).to.deep.equal([]);
    const { token } = calendars;
    await control.createUser(as('dave'), uri);
    expect(await uris('dave')).to.deep.equal([uri]);
    await control.deleteUser(as('dave'), uri);
    expect(await uris('dave')).to.deep.equal([]);
    expect((await calendars.since(person('dave'), token))?.gone).to.have.length(1);
  });

  it('miss nothing that happens while they are read', async () => {
    await plan('20300107');
    const opening = calendars.of(person('alice'));
    const [uri] = await Promise.all([plan('20300207'), opening]);
    expect(await uris('alice')).to.include(uri);
  });

  it('that are not in use are forgotten, and read again', async () => {
    const uri = await plan('20300107', inviting('bob'));
    for (const name of ['alice', 'bob', 'carol', 'alice']) await calendars.of(person(name));
    expect(await uris('bob')).to.deep.equal([uri]);
    await control.update(as('alice'), uri, title('Other'));
    expect((await calendars.of(person('bob'))).item(uri)?.etag).to.match(/^"2-/);
  });

  it('show nothing without times, and nothing of which the password is not known', async () => {
    await control.create(as('alice'), { document: conference('') });
    expect(await uris('alice')).to.deep.equal([]);
    const secret =
      '<info:conf-uris><info:entry><info:uri>tel:+4930123</info:uri><xcon:conference-password>4711</xcon:conference-password></info:entry></info:conf-uris>';
    const uri = await plan('20300107', inviting('bob'));
    expect(await uris('bob')).to.deep.equal([uri]);
    await control.update(
      as('alice'),
      uri,
      changes(`<info:conference-description>${secret}</info:conference-description>`),
    );
    expect([await uris('alice'), await uris('bob')]).to.deep.equal([[uri], []]);
  });
});
