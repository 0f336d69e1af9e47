import { expect } from 'chai';
import { encodeResponse } from '../../../lib/ccmp/codec/response.ts';
import { WrittenResponses } from '../../../lib/ccmp/codec/written.ts';

const content = { attributes: [], content: [Buffer.from('<info:users/>')] };
const response = {
  type: 'conf',
  confUserID: 'xcon-userid:alice@example.com',
  confObjID: 'xcon:1@example.com',
  operation: 'retrieve',
  code: 200,
  string: 'Success',
  version: 3,
  info: content,
  extensionName: undefined,
} as const;

describe('responses that were written', () => {
  it('are the same bytes for the same content under the same parameters', () => {
    const written = new WrittenResponses();
    const first = written.encode(response);
    expect(first).to.deep.equal(encodeResponse(response));
    expect(written.encode({ ...response })).to.equal(first);
  });

  const others = {
    type: 'blueprint',
    confUserID: 'xcon-userid:bob@example.com',
    confObjID: 'xcon:2@example.com',
    operation: 'update',
    code: 409,
    string: 'Conflict',
    version: 4,
    info: { ...content },
  } as const;
  for (const [name, value] of Object.entries(others)) {
    it(`are written anew with another ${name}`, () => {
      const written = new WrittenResponses();
      const first = written.encode(response);
      const other = { ...response, [name]: value };
      const message = written.encode(other);
      expect(message).not.to.equal(first);
      expect(message).to.deep.equal(encodeResponse(other));
    });
  }
});
