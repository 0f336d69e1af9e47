import { expect } from 'chai';
import { MESSAGE_NAMES } from '../../lib/ccmp/codec/messages.ts';
import { confInfo, title } from '../support/messages.ts';
import { textAt } from '../support/reading.ts';
import { idOf, made, TestSystem } from '../support/system.ts';

describe('messages', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  it('[M17, M10, M11, M15] each request has its own response, also when it is refused', async () => {
    const alice = system.as('alice');
    for (const name of MESSAGE_NAMES) {
      const inside = name === 'extended' ? '<extensionName>confSummaryRequest</extensionName>' : '';
      const confObjID = 'xcon:nothing@example.com';
      const answer = await alice.asks(name, { operation: 'retrieve', confObjID, inside });
      expect(answer.type, name).to.equal(name);
      expect(answer.confUserID, name).to.equal(idOf('alice'));
      expect(answer.code, name).to.be.oneOf([200, 404, 501]);
      if (['conf', 'user', 'users', 'blueprint'].includes(name)) expect(answer.operation, name).to.equal('retrieve');
    }
  });

  it('[M14, V3] a version in a request is not looked at: who is behind changes the newest', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    await alice.updates(uri, title('Second'));
    const request = alice.text('conf', { operation: 'update', confObjID: uri, inside: confInfo(uri, title('Third')) });
    const dated = request.replace('</operation>', '</operation><version>1</version>');
    expect(dated).to.include('<version>1</version>');
    expect(await alice.sends(dated)).to.include({ code: 200, version: 3 });
    expect(textAt((await alice.retrieves(uri)).info, 'conference-description/display-text')).to.equal('Third');
  });

  it('[M4, M2] white space around values means nothing, and any prefix will do', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const request = alice
      .text('conf', { operation: 'retrieve', confObjID: uri })
      .replaceAll(/(<(?:confUserID|confObjID|operation)>)([^<]+)/g, '$1\n   $2\n\t')
      .replaceAll('ccmp:', 'p1:')
      .replace('xmlns:ccmp', 'xmlns:p1');
    expect(await alice.sends(request)).to.include({ code: 200, confObjID: uri, operation: 'retrieve', version: 1 });
  });
});
