import { expect } from 'chai';
import { listenAtOnePort } from '../../lib/system/one-port.ts';

describe('one port for several protocols', () => {
  const closed: string[] = [];
  let chosen = 0;
  beforeEach(() => {
    closed.splice(0);
    chosen = 0;
  });

  /** The system, which chooses 1, 2, 3 …; what is in `taken` is somebody else's. */
  const listen =
    (...taken: string[]) =>
    (protocol: string, asked: number) => {
      const port = asked === 0 ? ++chosen : asked;
      const name = `${protocol} ${port}`;
      if (taken.includes(name)) return Promise.reject(Object.assign(new Error(name), { code: 'EADDRINUSE' }));
      return Promise.resolve({ name, local: { port }, close: () => Promise.resolve(void closed.push(name)) });
    };
  const names = (listeners: readonly { name: string }[]): string[] => listeners.map(({ name }) => name);
  const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

  it('is chosen again where one of them can not have it', async () => {
    const listeners = await listenAtOnePort(['tcp', 'udp'], 0, listen('udp 1', 'udp 2'));
    expect(names(listeners)).to.deep.equal(['tcp 3', 'udp 3']);
    expect(closed).to.deep.equal(['tcp 1', 'tcp 2']);
  });

  it('is the one that is asked for, or none', async () => {
    expect(names(await listenAtOnePort(['tcp', 'udp'], 5060, listen()))).to.deep.equal(['tcp 5060', 'udp 5060']);
    const error = await failure(listenAtOnePort(['tcp', 'udp'], 5060, listen('udp 5060')));
    expect(error).to.have.property('message', 'udp 5060');
    expect(closed).to.deep.equal(['tcp 5060']);
  });

  it('is not looked for without end', async () => {
    const never = (): Promise<never> => Promise.reject(Object.assign(new Error('taken'), { code: 'EADDRINUSE' }));
    expect(await failure(listenAtOnePort(['tcp'], 0, never))).to.have.property('message', 'taken');
  });
});
