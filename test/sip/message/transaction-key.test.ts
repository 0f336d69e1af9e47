import { expect } from 'chai';
import { clientKey, parse, Request, Response, transactionKey } from '../../../lib/sip/message/index.ts';
import { message, subscribe } from './messages.ts';

const invite = (
  method: string,
  { branch = ';branch=z9hG4bK1', host = 'a.example.com', to = '', cseq = 1 } = {},
): Request =>
  parse(
    message(
      `${method} sip:bob@example.com SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}${branch}`,
      'From: <sip:alice@example.com>;tag=a',
      `To: <sip:bob@example.com>${to}`,
      'Call-ID: c1',
      `CSeq: ${cseq} ${method}`,
      '',
      '',
    ),
  ) as Request;

for (const [era, branch] of [
  ['RFC 3261 §17.2.3', ';branch=z9hG4bK1'],
  ['RFC 2543', ''],
] as const) {
  describe(`the key of a server transaction, ${era}`, () => {
    it('is that of the request when it comes again', () => {
      expect(transactionKey(invite('INVITE', { branch }))).to.equal(transactionKey(invite('INVITE', { branch })));
    });

    it('is that of the INVITE for its ACK, whose To has a tag', () => {
      expect(transactionKey(invite('ACK', { branch, to: ';tag=b' }))).to.equal(
        transactionKey(invite('INVITE', { branch })),
      );
    });

    it('of a CANCEL is its own, and leads to the request to cancel', () => {
      const cancel = invite('CANCEL', { branch });
      expect(transactionKey(cancel)).to.not.equal(transactionKey(invite('INVITE', { branch })));
      expect(transactionKey(cancel, 'INVITE')).to.equal(transactionKey(invite('INVITE', { branch })));
    });

    it('is another for another host, method or request', () => {
      const key = transactionKey(invite('INVITE', { branch }));
      expect(transactionKey(invite('INVITE', { branch, host: 'b.example.com' }))).to.not.equal(key);
      expect(transactionKey(invite('INVITE', { branch, host: 'a.example.com:5070' }))).to.not.equal(key);
      expect(transactionKey(invite('OPTIONS', { branch }))).to.not.equal(key);
    });
  });
}

describe('the key of a server transaction', () => {
  it('looks at the branch alone where it is unique, at the CSeq where not', () => {
    expect(transactionKey(invite('INVITE', { cseq: 2 }))).to.equal(transactionKey(invite('INVITE')));
    expect(transactionKey(invite('INVITE', { cseq: 2, branch: '' }))).to.not.equal(
      transactionKey(invite('INVITE', { branch: '' })),
    );
  });

  it('does not look at the case of the host', () => {
    expect(transactionKey(invite('INVITE', { host: 'A.Example.com' }))).to.equal(transactionKey(invite('INVITE')));
  });
});

describe('the key of a client transaction', () => {
  it('is that of the response to it [RFC 3261 §17.1.3]', () => {
    const response = Response.to(parse(subscribe()) as Request, 200);
    expect(transactionKey(response)).to.equal(clientKey('z9hG4bKalice1', 'SUBSCRIBE'));
  });
});
