import { expect } from 'chai';
import { as } from '../conference/world.ts';
import { FocusStage } from './stage.ts';

describe('our own re-INVITE or UPDATE', () => {
  let stage: FocusStage;
  beforeEach(async () => {
    stage = await FocusStage.open();
  });
  afterEach(() => stage.close());

  for (const method of ['invite', 'update'] as const) {
    it(`CONF: ends the call where its 2xx (${method}) shows a focus (3GPP TS 24.605)`, async () => {
      const { uri } = await stage.control.create(as('alice'), {});
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(uri));
      const [known] = [...stage.focus.calls.in(uri)];
      const first = await known?.session?.[method](method === 'invite' ? known.local : undefined);
      expect(first?.response.status).to.equal(200);
      expect(known?.isOver).to.equal(false);
      if (call.session !== undefined) call.session.dialog.contact += ';isfocus';
      await known?.session?.[method](method === 'invite' ? known.local : undefined);
      expect((await call.over()).cause).to.equal('left');
      expect(call.ending?.request?.header('Reason')).to.match(/^SIP;cause=403/);
      await known?.gone;
    });
  }
});
