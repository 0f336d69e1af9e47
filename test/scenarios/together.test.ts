import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { basic, CCMP_HEADERS, type Party } from '../support/party.ts';
import { confInfo, description, endpoint, title, users } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';

const medium = (label: string): string =>
  description(
    `<info:available-media><info:entry label="${label}"><info:type>text</info:type></info:entry></info:available-media>`,
  );

describe('many clients at once', () => {
  let system: TestSystem;
  beforeEach(async () => (system = await TestSystem.start()));
  afterEach(() => system.close());

  it('[V1, V3, M18] two who change different things of one conference both get what they asked for', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const moderator = `<info:user entity="${idOf('bob')}"><info:roles><info:entry>moderator</info:entry></info:roles></info:user>`;
    await alice.updates(uri, users(moderator));
    const bob = system.as('bob');
    const muted = description(
      '<info:available-media><info:entry label="1"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></info:entry></info:available-media>',
    );
    const answers = await Promise.all([
      alice.updates(uri, title('Planning')),
      bob.updates(uri, muted),
      alice.updates(uri, description('<info:subject>Next year</info:subject>')),
      bob.updates(uri, '<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
    ]);
    expect(answers.map(({ code }) => code)).to.deep.equal([200, 200, 200, 200]);
    expect(answers.map(({ version }) => version).sort()).to.deep.equal([3, 4, 5, 6]);
    const { info, version } = await alice.retrieves(uri);
    expect(version).to.equal(6);
    expect(textAt(info, 'conference-description/display-text')).to.equal('Planning');
    expect(textAt(info, 'conference-description/subject')).to.equal('Next year');
    expect(textAt(info, 'conference-description/available-media/entry/controls/mute')).to.equal('true');
    expect(textAt(info, 'conference-description/available-media/entry/type')).to.equal('audio');
    expect(textAt(info, 'conference-state/locked')).to.equal('true');
  });

  it('[V1, M18] eight parallel updates of one conference are all applied, under versions one after another', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const labels = ['11', '12', '13', '14', '15', '16', '17', '18'];
    const answers = await Promise.all(labels.map((label) => alice.updates(uri, medium(label))));
    expect(answers.map(({ code }) => code)).to.deep.equal(labels.map(() => 200));
    expect(answers.map(({ version }) => Number(version)).sort((a, b) => a - b)).to.deep.equal([2, 3, 4, 5, 6, 7, 8, 9]);
    // Each answer shows the conference at its version: all that came before it and itself.
    for (const [index, { version, info }] of answers.entries()) {
      const shown = attributesAt(info, 'conference-description/available-media/entry', 'label');
      expect(shown).to.include(labels[index]).and.have.length(Number(version));
    }
    const { info } = await alice.retrieves(uri);
    expect(attributesAt(info, 'conference-description/available-media/entry', 'label')).to.include.members(labels);
  });

  it('[V2, M18] a change that is refused in part changes nothing, even while others change the same', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const half = title('Half') + medium('21').replace('conference-description>', 'conference-description x="">');
    const broken = description(
      '<info:display-text>Half</info:display-text><info:maximum-user-count>many</info:maximum-user-count>',
    );
    const [refused, , good] = await Promise.all([
      alice.updates(uri, broken),
      alice.updates(uri, half),
      alice.updates(uri, description('<info:subject>Whole</info:subject>')),
    ]);
    expect(refused.code).to.be.oneOf([400, 409]);
    expect(good.code).to.equal(200);
    const { info } = await alice.retrieves(uri);
    expect(textAt(info, 'conference-description/subject')).to.equal('Whole');
    expect(textAt(info, 'conference-description/display-text')).not.to.equal('Half');
  });

  it('[U6, M18] the same user who joins eight times at once with eight devices is one user', async () => {
    const uri = made(await system.as('alice').creates());
    const bob = system.as('bob');
    const devices = ['1', '2', '3', '4', '5', '6', '7', '8'].map((n) => `sip:bob${n}@example.com`);
    const answers = await Promise.all(devices.map((device) => bob.joins(uri, endpoint(device))));
    expect(answers.map(({ code }) => code)).to.deep.equal(devices.map(() => 200));
    const { info } = await bob.retrievesUsers(uri);
    expect(all(info, 'user').filter((user) => user.attribute('entity') === idOf('bob'))).to.have.length(1);
    expect(attributesAt(userIn(info, idOf('bob')), 'endpoint', 'entity')).to.have.members(devices);
  });

  it('[E21] of many who run for the last seat one gets it, the others 511', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates(description('<info:maximum-user-count>1</info:maximum-user-count>')));
    const names = ['bob', 'carol', 'dave'] as const;
    const answers = await Promise.all(
      names.map((name) => system.as(name).joins(uri, endpoint(`sip:${name}@example.com`))),
    );
    expect(answers.map(({ code }) => code).sort()).to.deep.equal([200, 511, 511]);
  });

  it('[C12, V2] of an update and the deletion of one conference at the same time, none leaves half of it', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const [update, deletion] = await Promise.all([alice.updates(uri, title('Late')), alice.deletes(uri)]);
    expect(update.code).to.be.oneOf([200, 404]);
    const { code } = await alice.retrieves(uri);
    expect(code).to.equal(deletion.code === 200 ? 404 : 200);
    expect(textsAt((await alice.lists()).info, 'entry/uri').includes(uri)).to.equal(code === 200);
  });

  const sendAndHangUp = async (party: Party, body: string, share: number): Promise<void> => {
    const { port } = new URL(system.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const headers = {
      ...CCMP_HEADERS,
      Authorization: basic('alice', PASSWORD),
      'Content-Length': String(Buffer.byteLength(body)),
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const message = `POST /ccmp HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n${body}`;
    const closed = once(socket, 'close');
    socket.write(message.slice(0, Math.floor(message.length * share)), () => socket.destroy());
    await closed;
    // Another request shows that the server goes on.
    expect((await party.lists()).code).to.equal(200);
  };

  it('[H18, H19, M18] who hangs up before the answer has changed all or nothing, and the server goes on', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const body = alice.text('conf', {
      operation: 'update',
      confObjID: uri,
      inside: confInfo(uri, description('<info:display-text>New</info:display-text><info:subject>New</info:subject>')),
    });
    for (const share of [0.3, 0.9, 0.99]) {
      await sendAndHangUp(alice, body, share);
      const { version } = await alice.retrieves(uri);
      expect(version, 'a request that never came whole').to.equal(1);
    }
    await sendAndHangUp(alice, body, 1);
    const { info, version } = await alice.retrieves(uri);
    const changed = [
      textAt(info, 'conference-description/display-text'),
      textAt(info, 'conference-description/subject'),
    ];
    if (version === 1) expect(changed).not.to.include('New');
    else expect([version, ...changed]).to.deep.equal([2, 'New', 'New']);
    expect(await alice.updates(uri, title('After'))).to.include({ code: 200, version: Number(version) + 1 });
  });

  it('[V1, L1] everything is there after a restart, character for character', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates(title('Kept')));
    await alice.updates(uri, medium('31'));
    await system
      .as('bob')
      .joins(uri, endpoint('sip:bob@example.com', '<info:media id="1"><info:type>audio</info:type></info:media>'));
    const other = made(await system.as('carol').clones('xcon:closed@example.com'));
    const seen = async (): Promise<string[]> => {
      const answers = [
        await alice.retrieves(uri),
        await system.as('bob').retrieves(uri),
        await system.as('carol').retrieves(other),
        await alice.listsBlueprints(),
        await alice.lists(),
        await system.as('root').lists(),
        await system.as('bob').lists(),
      ];
      for (const { code } of answers) expect(code).to.equal(200);
      return answers.map(({ xml }) => xml);
    };
    const before = await seen();
    await system.restart();
    expect(await seen()).to.deep.equal(before);
    expect(await alice.updates(uri, title('Goes on'))).to.include({ code: 200, version: 4 });
  });
});
