import { expect } from 'chai';
import { textAt, textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';
import { idOf } from '../support/system.ts';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`dialling in over ${transport}`, () => {
    let stage: Stage;
    let conference: string;

    before(async () => {
      stage = await Stage.start(transport);
    });
    beforeEach(async () => {
      conference = await stage.conference();
    });
    afterEach(() => stage.clear());
    after(() => stage.close());

    it('[L6, L8, L9, E42, E43, V5, N18] a caller is in the roster, with his media, until he hangs up', async () => {
      const watcher = await stage.watches(conference);
      const bob = await stage.phone('bob');
      const call = bob.calls(stage.uri(conference));
      const answer = await call.gets(200);
      expect(answer.header('Contact')).to.match(/;conf-id=[a-z0-9]+>;isfocus$/);
      expect(answer.header('Allow-Events')).to.equal('conference');
      expect(answer.header('Session-Expires')).to.match(/^1800/);
      expect(answer.body.toString()).to.include('a=inactive');

      const seen = await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
      const shown = await stage.user(conference, 'bob');
      for (const user of [seen, shown]) {
        expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-in');
        expect(textAt(user, 'endpoint/joining-info/when')).to.match(/Z$/);
        expect(textsAt(user, 'endpoint/media/type')).to.deep.equal(['audio']);
        expect(textAt(user, 'endpoint/media/status')).to.equal('inactive');
        expect(textAt(user, 'endpoint/media/label')).to.be.a('string').that.is.not.empty;
        expect(textAt(user, 'display-text')).to.equal('Bob');
      }
      await call.leaves();
      expect(await watcher.sees(idOf('bob'), (user) => user === undefined)).to.equal(undefined);
      expect(await stage.user(conference, 'bob')).to.equal(undefined);
    });
  });
}
