import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { all, textAt, textsAt } from '../../support/reading.ts';
import { Stage, type Watcher } from '../../support/stage.ts';
import { idOf, made, PASSWORD, sipOf } from '../../support/system.ts';
import { baresip } from './baresip.ts';
import { edgeBefore } from './kamailio.ts';
import { linphone } from './linphone.ts';
import { Program } from './program.ts';

// Of these ages they give up where SHA-256 is offered, even beside MD5.
const SETTINGS = { 'sip.digest': 'MD5' };

for (const transport of ['udp', 'tcp'] as const) {
  describe(`telephones of others in conferences, over ${transport}`, () => {
    let stage: Stage;
    let conference: string;
    let watcher: Watcher;
    const programs: Program[] = [];

    before(async () => {
      stage = await Stage.start(transport, { ...SETTINGS, 'dialOut.networks': '127.0.0.0/8' });
    });
    beforeEach(async () => {
      conference = made(await stage.system.as('bob').clones('xcon:default@example.com'));
      watcher = await stage.watches(conference);
    });
    afterEach(async () => {
      // A telephone says goodbye through its edge.
      for (const program of programs.splice(0).reverse()) await program.stop();
      await stage.clear();
    });
    after(() => stage.close());

    const started = (program: Program): Program => {
      programs.push(program);
      return program;
    };
    const host = (): string => stage.system.sip('x', transport).replace(/^sip:x@|;.*$/g, '');
    const address = (): string => conference.replace('xcon:', 'sip:');
    const sees = (status: string) =>
      watcher.sees(idOf('alice'), (user) => textsAt(user, 'endpoint/status').includes(status));
    /** What a moderator does with her sound, and with her. */
    const isMutedAndRemoved = async (phone: Program, removed = /session closed|terminated/): Promise<void> => {
      const [endpoint] = all(await sees('connected'), 'endpoint');
      const entity = endpoint?.attribute('entity') ?? '';
      const controls =
        '<xcon:to-mixer name="AudioIn"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></xcon:to-mixer>';
      const inside = `<info:endpoint entity="${entity.replace(/&/g, '&amp;')}"><info:media id="1">${controls}</info:media></info:endpoint>`;
      const bob = stage.system.as('bob');
      const { code, string } = await bob.updatesUser(conference, idOf('alice'), inside);
      expect(code, string).to.equal(200);
      await sees('muted-via-focus');
      expect((await bob.removes(conference, idOf('alice'))).code).to.equal(200);
      await phone.says(removed);
    };

    it('baresip registers, joins, is seen, is muted and is removed', async () => {
      const phone = started(baresip({ proxy: host(), transport, password: PASSWORD, calls: address() }));
      await phone.says(/Call established/);
      await isMutedAndRemoved(phone);
    });

    it('baresip is called where it has registered, and leaves', async () => {
      const phone = started(baresip({ proxy: host(), transport, password: PASSWORD }));
      await phone.says(/200 OK \(\) \[1 binding\]/);
      const endpoint = `<info:endpoint entity="${sipOf('alice')}"/>`;
      expect((await stage.system.as('bob').brings(conference, idOf('alice'), endpoint)).code).to.equal(200);
      const user = await sees('connected');
      expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-out');
      await phone.stop();
      await watcher.sees(idOf('alice'), (gone) => !textsAt(gone, 'endpoint/status').includes('connected'));
    });

    it('baresip joins, is called, is muted and is removed through kamailio', async () => {
      const { edge, port } = await edgeBefore(Number(host().split(':')[1]));
      started(edge);
      const phone = started(baresip({ proxy: `127.0.0.1:${port}`, transport, password: PASSWORD, calls: address() }));
      await phone.says(/Call established/);
      await isMutedAndRemoved(phone);
      const endpoint = `<info:endpoint entity="${sipOf('alice')}"/>`;
      expect((await stage.system.as('bob').brings(conference, idOf('alice'), endpoint)).code).to.equal(200);
      const user = await watcher.sees(idOf('alice'), (now) =>
        textsAt(now, 'endpoint/joining-method').includes('dialed-out'),
      );
      expect(user).not.to.equal(undefined);
      await sees('connected');
    });

    it('Linphone registers, joins, is seen, is muted and is removed', async () => {
      const phone = started(linphone({ proxy: host(), transport, password: PASSWORD }));
      await phone.says(/LinphoneRegistrationOk/);
      phone.type(`call ${address()}\n`);
      await phone.says(/Call 1 with [^\n]* connected/);
      await isMutedAndRemoved(phone, /Call 1 with [^\n]* ended/);
    });

    it('SIPp joins ten times, holds, refers and leaves, message by message', async () => {
      conference = await stage.conference();
      watcher = await stage.watches(conference);
      const file = fileURLToPath(new URL('./conference.xml', import.meta.url));
      const sipp = started(
        new Program('sipp', () => [
          ...['-sf', file, '-s', conference.slice('xcon:'.length).replace(/@.*/, ''), '-au', 'alice', '-ap', PASSWORD],
          ...['-i', '127.0.0.1', '-t', transport === 'udp' ? 'u1' : 't1', '-nostdin', '-trace_err', host()],
          ...['-m', '10', '-r', '100', '-timeout', '30s', '-timeout_error'],
        ]),
      );
      await sipp.succeeds();
      await watcher.sees(idOf('alice'), (user) => !textsAt(user, 'endpoint/status').includes('connected'));
    });
  });
}
