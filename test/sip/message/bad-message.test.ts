import { expect } from 'chai';
import { inspect } from 'node:util';
import { BadMessage } from '../../../lib/sip/message/bad-message.ts';
import { Request } from '../../../lib/sip/message/request.ts';

describe('a message that is bad', () => {
  it('is answered by its request, which no log of the error shows', () => {
    const request = Request.create('INVITE', 'sip:c@example.com;conference-password=4711', []);
    const error = new BadMessage(400, 'Missing Contact', request);
    expect(error.request).to.equal(request);
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)} ${Object.values(error).join(' ')}`)
      .to.include('Missing Contact')
      .and.not.include('4711');
  });
});
