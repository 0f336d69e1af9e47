import { expect } from 'chai';
import { InviteNames } from '../../lib/focus/invite-names.ts';
import { Request } from '../../lib/sip/message/request.ts';
import type { Flow } from '../../lib/sip/transport/flow.ts';

const PLACE = 'sip:bob@192.0.2.2';
const invite = (cseq: number): Request => Request.create('INVITE', PLACE, [['CSeq', `${cseq} INVITE`]]);
const to = (address: string): Flow => ({ protocol: 'udp', remote: { address, port: 5060 } }) as Flow;

describe('names of INVITEs', () => {
  const all = (names: InviteNames, place = PLACE): string[] => {
    const { callId, tag, branch } = names.next(place);
    return [callId, tag, branch(invite(1), to('192.0.2.2'))];
  };

  it('are the same in the next life of the server, in the order in which a place is called', () => {
    const [first, second] = [new InviteNames('seed'), new InviteNames('seed')];
    expect(all(first)).to.deep.equal(all(second));
    expect(all(first)).to.deep.equal(all(second));
  });

  it('are others for each seed, place, time and transaction', () => {
    const names = new InviteNames('seed');
    const { branch } = new InviteNames('seed').next(PLACE);
    const found = [all(names), all(names), all(names, 'sip:bob@192.0.2.3'), all(new InviteNames('other'))].flat();
    found.push(branch(invite(2), to('192.0.2.2')), branch(invite(1), to('192.0.2.3')));
    expect(new Set(found)).to.have.lengthOf(14);
  });

  it('tell nothing of the seed, and have branches as RFC 3261 §8.1.1.7 wants them', () => {
    const [callId = '', tag = '', branch = ''] = all(new InviteNames('seed'));
    expect(`${callId}${tag}${branch}`).not.to.include('seed');
    expect(branch).to.match(/^z9hG4bK[\w-]{20}$/);
  });
});
