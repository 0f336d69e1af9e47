import { expect } from 'chai';
import { linphone } from '../sip/peers/linphone.ts';
import type { Program } from '../sip/peers/program.ts';
import { Janus } from '../support/janus.ts';
import { textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';
import { idOf, PASSWORD } from '../support/system.ts';

// Linphone asks who is in a conference when its own sound flows, and not before.
for (const transport of ['udp', 'tcp'] as const) {
  describe(`Linphone in a conference with sound, over ${transport}`, () => {
    let janus: Janus;
    let stage: Stage;
    let phone: Program;

    before(async () => {
      janus = await Janus.start();
      stage = await Stage.start(transport, { ...janus.settings, 'dialOut.networks': '127.0.0.0/8' });
    });
    beforeEach(async () => {
      const proxy = stage.system.sip('x', transport).replace(/^sip:x@|;.*$/g, '');
      phone = linphone({ proxy, transport, password: PASSWORD });
      await phone.says(/LinphoneRegistrationOk/);
    });
    afterEach(async () => {
      await phone.stop();
      await stage.clear();
    });
    after(async () => {
      await stage.close();
      await janus.stop();
    });

    it('sees who comes, and adds somebody by REFER', async () => {
      const conference = await stage.conference();
      const watcher = await stage.watches(conference);
      phone.type(`call ${conference.replace('xcon:', 'sip:')}\n`);
      await phone.says(/Media streams established/);
      await phone.says(/Switching conference [^\n]* to Created/);
      const bob = (await stage.phone('bob')).calls(stage.uri(conference));
      await bob.gets(200);
      // Of who is new it says that he was not in its list; of who is there already, that he is.
      await phone.says(/Unable to find participant [^\n]* sip:bob@example\.com/);

      const carol = await stage.registered('carol');
      phone.type('transfer 1 sip:carol@example.com\n');
      const ringing = await carol.rings();
      await ringing.picksUp();
      await watcher.sees(idOf('carol'), (user) => textsAt(user, 'endpoint/status').includes('connected'));
      await phone.says(/Unable to find participant [^\n]* sip:carol@example\.com/);
      await phone.says(/Participant sip:bob@example\.com added but already in the list/);
      phone.type('quit\n');
      await phone.succeeds();
      await watcher.sees(idOf('alice'), (user) => !textsAt(user, 'endpoint/status').includes('connected'));
      expect(textsAt(await stage.user(conference, 'carol'), 'endpoint/status')).to.deep.equal(['connected']);
    });
  });
}
