import { expect } from 'chai';
import { ListInvite } from '../../lib/focus/list-invite.ts';
import type { Recipient } from '../../lib/focus/uri-list.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { Call } from '../../lib/conference/calls.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { Request } from '../../lib/sip/message/request.ts';

const URI = 'xcon:1@example.com' as XconUri;
const ASKING: Call = { caller: { kind: 'newcomer' }, source: '192.0.2.1', profile: 'standard' };

const invite = (...uris: readonly string[]): Request =>
  Request.create(
    'INVITE',
    'sip:factory@example.com',
    [
      ['Content-Type', 'application/resource-lists+xml'],
      ['Content-Disposition', 'recipient-list'],
    ],
    Buffer.from(
      `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${uris
        .map((uri) => `<entry uri="${uri}"/>`)
        .join('')}</list></resource-lists>`,
    ),
  );

/** Adds everybody of example.com, except who is barred. */
function lists(): { readonly lists: ListInvite; readonly added: string[]; readonly reported: unknown[] } {
  const added: string[] = [];
  const reported: unknown[] = [];
  const made = new ListInvite({
    adding: {
      add: (_asking, _conference, address) => {
        if (address.includes('barred')) return Promise.reject(new Refusal('barred', 'Not her.'));
        if (address.includes('broken')) return Promise.reject(new Error('broken'));
        added.push(address);
        return Promise.resolve();
      },
    },
    gate: { admits: (address) => address.endsWith('@example.com') },
    listed: 5,
    report: (error) => reported.push(error),
  });
  return { lists: made, added, reported };
}

describe('the list of an INVITE that makes a conference', () => {
  it('has everybody on it called, as if each had been asked for alone (RFC 5366 §5)', async () => {
    const { lists: list, added, reported } = lists();
    const recipients = list.read(invite('sip:bob@example.com', 'sip:barred@example.com', 'sip:carol@example.com'));
    await list.call(ASKING, URI, recipients as readonly Recipient[]);
    expect(added).to.deep.equal(['sip:bob@example.com', 'sip:carol@example.com']);
    expect(reported).to.deep.equal([]);
    await list.call(ASKING, URI, [{ uri: 'sip:broken@example.com', copyControl: 'to', anonymize: false }]);
    expect(reported).to.have.length(1);
  });

  it('calls nobody where one has not agreed to be called (RFC 5363 §5.2, RFC 5360 §5.9)', () => {
    expect(lists().lists.read(invite('sip:bob@example.com', 'sip:victim@example.org'))).to.deep.equal({
      status: 470,
      reason: 'Consent Needed',
      fields: [['Permission-Missing', '<sip:victim@example.org>']],
    });
  });

  it('calls nobody where one entry asks for anything else', () => {
    for (const uri of [
      'sip:bob@example.com;method=BYE',
      'sip:bob@example.com?Route=%3Csip:x%3E',
      'http://example.com/',
    ])
      expect(lists().lists.read(invite(uri)), uri).to.include({ status: 403 });
    expect(lists().lists.read(invite('nothing'))).to.include({ status: 400 });
  });

  it('may be missing', () => {
    expect(lists().lists.read(Request.create('INVITE', 'sip:factory@example.com', []))).to.deep.equal([]);
  });
});
