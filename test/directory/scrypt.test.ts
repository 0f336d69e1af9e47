import { expect } from 'chai';
import { ScryptQueue, TooManyDerivations } from '../../lib/directory/scrypt.ts';

describe('the scrypt queue', () => {
  it('derives what RFC 7914 derives', async () => {
    const hash = await new ScryptQueue().derive('password', Buffer.from('NaCl'), { logN: 10, r: 8, p: 16 });
    expect(hash.toString('hex')).to.equal('fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162');
  });

  it('refuses what would wait too long, and serves again when there is room', async () => {
    const queue = new ScryptQueue({ cost: { logN: 4, r: 1, p: 1 }, atOnce: 2, waiting: 3 });
    const derive = () => queue.derive('x', Buffer.alloc(16));
    const results = await Promise.allSettled(Array.from({ length: 7 }, derive));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).to.have.length(2);
    for (const { reason } of refused) expect(reason).to.be.instanceOf(TooManyDerivations);
    expect(await derive()).to.have.length(32);
  });
});
