import { expect } from 'chai';
import { MediaRefused } from '../../../lib/mixer/mixer.ts';
import { relayDefaults } from '../../../lib/mixer/rtp/relay.ts';
import { RelayThread } from '../../../lib/mixer/rtp/thread.ts';

const NOBODY = { digit: () => undefined, talking: () => undefined, silent: () => undefined };
const HERE = { ...relayDefaults, host: '127.0.0.1', inner: '127.0.0.1' };
const failOn = (error: Error): void => {
  throw error;
};
const refusalOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'taken',
    (error: unknown) => (error instanceof MediaRefused ? error.reason : 'failed'),
  );

describe('the thread that carries RTP', () => {
  it('gives each telephone a port of its own', async () => {
    const [thread, inner] = await RelayThread.start(HERE, failOn);
    const legs = await Promise.all([thread.leg(NOBODY), thread.leg(NOBODY)]);
    expect(new Set([inner.port, ...legs.map(({ port }) => port)]).size).to.equal(3);
    await thread.close();
  });

  it('has no more ports than its range, and takes released ones back', async () => {
    const [ranged] = await RelayThread.start(HERE, failOn);
    const { port } = await ranged.leg(NOBODY);
    await ranged.close();
    const first = port - (port % 2);
    const [thread] = await RelayThread.start({ ...HERE, ports: { first, last: first + 1 } }, failOn);
    const leg = await thread.leg(NOBODY);
    expect(leg.port).to.equal(first);
    expect(await refusalOf(thread.leg(NOBODY))).to.equal('busy');
    leg.close();
    expect((await thread.leg(NOBODY)).port).to.equal(first);
    await thread.close();
  });

  it('refuses to start where it has no address', async () => {
    expect(await refusalOf(RelayThread.start({ ...HERE, inner: '192.0.2.1' }, failOn))).to.equal('failed');
  });

  it('leaves nobody waiting when it is closed', async () => {
    const [thread, inner] = await RelayThread.start(HERE, failOn);
    const asked = refusalOf(thread.leg(NOBODY));
    const spoken = thread.speak(inner, [Buffer.alloc(160)]);
    await thread.close();
    expect(await asked).to.be.oneOf(['taken', 'unavailable']);
    await spoken;
    expect(await refusalOf(thread.leg(NOBODY))).to.equal('unavailable');
  });
});
