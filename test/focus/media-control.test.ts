import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { statusOf, endpointsOf } from '../../lib/model/user.ts';
import { as, changes, conference, endpoint, idOf, user, xml } from '../conference/world.ts';
import { calendar } from '../schedule/calendars.ts';
import { FocusStage } from './stage.ts';

const PROTECTED =
  conference(`<info:conference-description><info:conf-uris><info:entry><info:uri>tel:+15550100</info:uri>
  <xcon:conference-password>4711</xcon:conference-password></info:entry></info:conf-uris></info:conference-description>`);

const controls = (inside: string): string =>
  `<info:media id="1"><xcon:to-mixer name="AudioIn"><xcon:controls>${inside}</xcon:controls></xcon:to-mixer></info:media>`;

describe('what happens to the sound of a call', () => {
  let stage: FocusStage;
  let uri: XconUri;
  const open = async (document?: ReturnType<typeof conference>): Promise<void> => {
    stage = await FocusStage.open({ pin: { attempts: 2, time: 5_000, digitTime: 50, digits: 8 } });
    ({ uri } = await stage.control.create(as('alice'), document === undefined ? {} : { document }));
  };
  afterEach(() => stage.close());

  const endpointsOfUser = async (name: string): Promise<string[]> => {
    const object = await stage.control.endpoints.object(uri);
    const record = object?.users.get(idOf(name));
    return record === undefined ? [] : endpointsOf(record.part.element).map(statusOf);
  };
  const entityOf = async (name: string): Promise<string> => {
    const object = await stage.control.endpoints.object(uri);
    const record = object?.users.get(idOf(name));
    return (record && endpointsOf(record.part.element)[0]?.attribute('entity')) ?? '';
  };

  it('[E18, Z6] a PIN by the keys lets a caller in, who was alone until then', async () => {
    await open(PROTECTED);
    const call = (await stage.phone('bob')).calls(stage.uri(uri));
    await call.gets(200);
    const leg = await stage.mixer.after(0, 'prompt');
    expect(leg.options.waiting).to.equal(true);
    expect(leg.done).not.to.include('group main');
    expect(await endpointsOfUser('bob'), 'nobody sees who does not know the PIN').to.deep.equal([]);
    stage.mixer.press(leg, '12*4711#');
    await stage.mixer.after(0, 'group main');
    expect(await endpointsOfUser('bob')).to.deep.equal(['connected']);
  });

  it('[E18, Z12] asks again after a wrong PIN, and ends the call after the last attempt', async () => {
    await open(PROTECTED);
    const call = (await stage.phone('bob')).calls(stage.uri(uri));
    await call.gets(200);
    const leg = await stage.mixer.after(0, 'prompt');
    stage.mixer.press(leg, '1234');
    await stage.mixer.after(0, 'refused');
    stage.mixer.press(leg, '4712#');
    expect((await call.over()).request?.header('Reason')).to.include('Wrong PIN');
    expect(await endpointsOfUser('bob')).to.deep.equal([]);
  });

  it('[E18] lets go of a caller who presses nothing', async () => {
    stage = await FocusStage.open({ pin: { attempts: 2, time: 50, digitTime: 50, digits: 8 } });
    ({ uri } = await stage.control.create(as('alice'), { document: PROTECTED }));
    const call = (await stage.phone('bob')).calls(stage.uri(uri));
    expect((await call.over()).request?.header('Reason')).to.include('No PIN');
    await stage.mixer.after(0, 'release');
  });

  it('[E24, E25, E43] what moderators set reaches the mixer at once, for one and for all', async () => {
    await open();
    await (await stage.phone('bob')).joins(stage.uri(uri));
    await stage.mixer.after(0, 'group main');
    const bob = endpoint(await entityOf('bob'), controls('<xcon:mute>true</xcon:mute><xcon:gain>-12</xcon:gain>'));
    await stage.control.updateUser(as('alice'), uri, user(idOf('bob'), bob));
    await stage.mixer.after(0, 'mute to-mixer');
    await stage.mixer.after(0, 'gain to-mixer -12');
    const undone = endpoint(await entityOf('bob'), controls('<xcon:mute>false</xcon:mute>'));
    await stage.control.updateUser(as('alice'), uri, user(idOf('bob'), undone));
    const leg = await stage.mixer.after(0, 'unmute to-mixer');
    leg.done.length = 0;
    const object = await stage.control.endpoints.object(uri);
    const label = object?.sections
      .get('{urn:ietf:params:xml:ns:conference-info}conference-description')
      ?.element.elements.find(({ local }) => local === 'available-media')
      ?.elements[0]?.attribute('label');
    await stage.control.update(
      as('alice'),
      uri,
      changes(`<info:conference-description><info:available-media><info:entry label="${label}">
        <xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></info:entry></info:available-media>
        </info:conference-description>`),
    );
    await stage.mixer.after(0, 'mute to-mixer');
    await (await stage.phone('carol')).joins(stage.uri(uri));
    await stage.mixer.after(1, 'mute to-mixer');
  });

  it('[E12] of nobody is heard before mixing begins, nor after it ends, and the roster calls nobody muted', async () => {
    // The clock of the stage stands at the beginning of 1970.
    const times = (mixing: string) => `<info:conference-description><xcon:conference-time><xcon:entry>
        <xcon:base>${calendar(['DTSTART:19700103T090000Z', 'DURATION:PT2H'])}</xcon:base>
        <xcon:mixing-start-offset required-participant="none">${mixing}</xcon:mixing-start-offset>
        <xcon:mixing-end-offset required-participant="moderator">1970-01-03T11:00:00Z</xcon:mixing-end-offset>
        <xcon:can-join-after-offset>1970-01-01T00:00:00Z</xcon:can-join-after-offset>
        </xcon:entry></xcon:conference-time></info:conference-description>`;
    await open(conference(times('1970-01-03T08:00:00Z')));
    const both = ['mute to-mixer', 'mute from-mixer'];
    await (await stage.phone('bob')).joins(stage.uri(uri));
    const leg = await stage.mixer.after(0, 'mute from-mixer');
    expect(leg.done).to.include.members(both);
    expect(await endpointsOfUser('bob')).to.deep.equal(['connected']);
    const alice = await (await stage.phone('alice')).joins(stage.uri(uri));
    await stage.mixer.after(1, 'mute from-mixer');
    await stage.control.update(as('alice'), uri, changes(times('1970-01-01T00:00:00Z')));
    await stage.mixer.after(0, 'unmute from-mixer');
    await stage.mixer.after(1, 'unmute from-mixer');
    expect(leg.done).to.include('unmute to-mixer');
    leg.done.length = 0;
    await alice.leaves();
    await stage.mixer.after(0, 'mute from-mixer');
    expect(leg.done).to.include.members(both);
    expect(await endpointsOfUser('bob')).to.deep.equal(['connected']);
  });

  it('[E16] all hear that the end is near, once, and who comes and goes', async () => {
    // The clock of the stage stands at the beginning of 1970.
    const base = calendar(['DTSTART:19700103T000000Z', 'DURATION:PT1H']);
    const warning = 49 * 3_600;
    await open(
      conference(
        `<info:conference-description><xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base>
          <xcon:can-join-after-offset>1970-01-01T00:00:00Z</xcon:can-join-after-offset>
          <xcon:notify-end-of-conference>${warning}</xcon:notify-end-of-conference></xcon:entry></xcon:conference-time></info:conference-description>`,
      ),
    );
    await (await stage.phone('bob')).joins(stage.uri(uri));
    await (await stage.phone('carol')).joins(stage.uri(uri));
    expect(stage.mixer.heard).to.deep.equal(['ending', 'joined', 'joined']);
  });

  it('[E12] begins when a moderator starts the conference before its time', async () => {
    const base = calendar(['DTSTART:19700103T090000Z', 'DURATION:PT1H']);
    await open(
      conference(
        `<info:conference-description><xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>`,
      ),
    );
    await stage.control.steer(as('alice'), uri, { action: 'start' });
    await (await stage.phone('bob')).joins(stage.uri(uri));
    const leg = await stage.mixer.after(0, 'group main');
    expect(leg.done).not.to.include('mute to-mixer');
  });

  it('[L7, E45] who comes into a sidebar is heard there, and again in the conference when it ends', async () => {
    await open();
    for (const name of ['alice', 'bob']) await (await stage.phone(name)).joins(stage.uri(uri));
    const sidebar = await stage.control.createSidebar(as('alice'), uri, 'sidebar-by-val');
    await stage.control.createUser(
      as('bob'),
      sidebar.uri,
      xml(`<info:user entity="${idOf('bob')}">${endpoint('sip:bob@example.com')}</info:user>`),
    );
    const leg = await stage.mixer.after(1, `group ${sidebar.uri}`);
    expect(stage.mixer.legs[0]?.done).not.to.include(`group ${sidebar.uri}`);
    leg.done.length = 0;
    await stage.control.deleteSidebar(as('alice'), sidebar.uri, 'sidebar-by-val');
    await stage.mixer.after(1, 'group main');
  });

  it('[E45] who calls a sidebar is heard in it, beside those of its main conference', async () => {
    await open();
    await (await stage.phone('alice')).joins(stage.uri(uri));
    const sidebar = await stage.control.createSidebar(as('alice'), uri, 'sidebar-by-ref');
    await stage.control.createUser(as('alice'), sidebar.uri, user(idOf('dave'), endpoint('sip:dave@example.com')));
    await (await stage.phone('dave')).joins(stage.uri(sidebar.uri));
    const leg = await stage.mixer.after(1, `group ${sidebar.uri}`);
    expect(leg.conference).to.equal(uri);
    expect(leg.options.waiting).to.equal(true);
  });

  it('a call whose media the mixer loses ends', async () => {
    await open();
    const call = await (await stage.phone('bob')).joins(stage.uri(uri));
    stage.mixer.lose(await stage.mixer.after(0, 'group main'));
    expect((await call.over()).request?.header('Reason')).to.include('Media failed');
    await stage.mixer.after(0, 'release');
  });
});
