import { expect } from 'chai';
import fc from 'fast-check';
import { MESSAGE_NAMES, messageType, OPERATIONS } from '../../../lib/ccmp/codec/messages.ts';
import { decodeRequest, encodeRequest } from '../../../lib/ccmp/codec/request.ts';
import { decodeResponse, encodeResponse } from '../../../lib/ccmp/codec/response.ts';
import { sketch } from '../../../lib/ccmp/codec/sketch.ts';
import { info } from '../../../lib/model/names.ts';
import { parse } from '../../../lib/xml/parse.ts';
import { linphoneConf } from '../messages.ts';

const REPEATED = ['type', 'confUserID', 'confObjID', 'operation', 'extensionName'] as const;
const expectAlike = (body: Buffer): void => {
  const [seen, read] = [sketch(body), decodeRequest(parse(body))];
  for (const name of REPEATED) expect(seen[name], name).to.equal(read[name]);
};

describe('the sketch of a request', () => {
  it('is what an answer repeats of it', () => {
    const request = fc
      .record({
        type: fc.constantFrom(...MESSAGE_NAMES),
        user: fc.constantFrom('xcon-userid:alice@example.com', 'xcon-userid:zoë@example.com', undefined),
        object: fc.constantFrom('xcon:1@example.com', undefined),
        operation: fc.constantFrom(...OPERATIONS, undefined),
        extension: fc.constantFrom('confSummaryRequest', 'other'),
        isLong: fc.boolean(),
      })
      .map(({ type, user, object, operation, extension, isLong }) => ({
        type,
        confUserID: user,
        ...(messageType(type).object && { confObjID: object }),
        ...(messageType(type).operation && { operation }),
        ...(type === 'extended' && { extensionName: extension }),
        ...(type === 'conf' && isLong && { info: info('conference-info', {}, ['x'.repeat(10_000)]) }),
      }));
    fc.assert(fc.property(request, (one) => expectAlike(encodeRequest(one))));
  });

  it('is that of Linphone’s too', () => {
    for (const operation of OPERATIONS) expectAlike(Buffer.from(linphoneConf(operation, 'xcon:1@example.com')));
  });

  it('can be made of anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        const named = Buffer.from(`<confUserID>${text}</confUserID><confObjID> ${text}\u0001</confObjID>`);
        for (const body of [Buffer.from(bytes), named, Buffer.concat([named, Buffer.from(bytes)])]) {
          const { type, confUserID = '', confObjID } = sketch(body);
          const answer = { type, confUserID, confObjID, code: 510 };
          expect(decodeResponse(parse(encodeResponse(answer)))).to.include(answer);
        }
      }),
    );
    for (const piece of ['<', ' ', '<a', '<confUserID', '<confUserID>', '<confUserID >', '<confUserID>&', 'ccmp-'])
      expect(sketch(Buffer.from(piece.repeat(10_000)))).to.include({ type: 'conf', confObjID: undefined });
  });
});
