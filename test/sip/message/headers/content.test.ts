import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('Content-Type and Accept', () => {
  it('have types in lower case and parameters', () => {
    const [sdp, any] = headers.ACCEPT.readAll(['Application/SDP;level=1, text/*;q=0.2']);
    expect([sdp?.type, sdp?.parameters.get('level'), any?.type]).to.deep.equal(['application/sdp', '1', 'text/*']);
    expect(() => headers.CONTENT_TYPE.read('application')).to.throw(BadMessage);
    expect(() => headers.CONTENT_TYPE.read('application/')).to.throw(BadMessage);
  });

  it('match by range', () => {
    const accepts = (accept: string, type: string): boolean =>
      headers.isAccepted(type, headers.ACCEPT.readAll([accept]));
    expect(accepts('text/*', 'text/plain')).to.equal(true);
    expect(accepts('*/*', 'application/sdp')).to.equal(true);
    expect(accepts('application/sdp', 'application/sdp')).to.equal(true);
    expect(accepts('text/*', 'application/sdp')).to.equal(false);
    expect(accepts('', 'application/sdp')).to.equal(false);
  });
});

describe('Content-Disposition', () => {
  it('says what a body is for [RFC 5366]', () => {
    expect(headers.CONTENT_DISPOSITION.read('Recipient-List')).to.include({ type: 'recipient-list', isRequired: true });
    expect(headers.CONTENT_DISPOSITION.read('icon; handling=Optional').isRequired).to.equal(false);
  });
});

describe('caller preferences', () => {
  it('are feature sets [RFC 3841]', () => {
    const [wanted] = headers.ACCEPT_CONTACT.readAll(['*;isfocus;require;+g.oma.sip-im="x,y"']);
    expect([wanted?.has('isfocus'), wanted?.get('+g.oma.sip-im')]).to.deep.equal([true, 'x,y']);
    expect(headers.REQUEST_DISPOSITION.readAll(['proxy, no-fork'])).to.deep.equal(['proxy', 'no-fork']);
    expect(() => headers.REJECT_CONTACT.readAll(['a;b'])).to.throw(BadMessage);
    expect(headers.ACCEPT_LANGUAGE.readAll(['DE, en;q=0.8']).map(({ value }) => value)).to.deep.equal(['de', 'en']);
  });
});
