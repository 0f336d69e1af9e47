import { expect } from 'chai';
import type { Change } from '../../lib/conference/changes.ts';
import { endpointsOf, statusOf } from '../../lib/model/user.ts';
import { as, idOf } from '../conference/world.ts';
import { Phone } from '../support/phone.ts';
import { FocusStage } from './stage.ts';

describe('a caller who is gone without a word', () => {
  it('[E42] is out of the roster when his session has expired (RFC 4028 §10)', async () => {
    const stage = await FocusStage.open({ session: { timer: { interval: 1, minimum: 1 } } });
    const phone = await Phone.open('bob', 'demo');
    try {
      const { uri } = await stage.control.create(as('alice'), {});
      const shown = ({ after }: Change): string[] => {
        const record = after?.users.get(idOf('bob'));
        return record === undefined ? [] : endpointsOf(record.part.element).map(statusOf);
      };
      const out = new Promise<string[]>((resolve) => {
        stage.control.onChange((change) => {
          const [status] = shown(change);
          if (status === 'disconnected') resolve([status]);
        });
      });
      // While somebody is in, the conference goes on.
      await (await stage.phone('carol')).joins(stage.uri(uri));
      const call = await phone.joins(stage.uri(uri), {
        settings: { timer: { interval: 0, minimum: 90 } },
        fields: [['Session-Expires', '1;refresher=uac']],
      });
      // What follows the ACK has come, so that has come too.
      await call.session?.request('OPTIONS');
      expect(stage.focus.calls.size).to.equal(2);
      await phone.close();
      expect(await out).to.deep.equal(['disconnected']);
      expect(stage.focus.calls.size).to.equal(1);
    } finally {
      await stage.close();
    }
  });
});
