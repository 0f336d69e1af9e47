import { expect } from 'chai';
import { InOrder } from '../../lib/sip/in-order.ts';
import { settled } from './virtual-clock.ts';

/** Work that ends when it is told to. */
function work(log: string[], name: string) {
  let end: (failure?: Error) => void = () => undefined;
  const run = (): Promise<string> => {
    log.push(`${name} begins`);
    return new Promise((resolve, reject) => {
      end = (failure) => (failure === undefined ? resolve(name) : reject(failure));
    });
  };
  return { run, end: (failure?: Error) => end(failure) };
}

describe('work in order', () => {
  it('is done one after the other under one name, side by side under several', async () => {
    const log: string[] = [];
    const inOrder = new InOrder();
    const [first, second, other] = ['first', 'second', 'other'].map((name) => work(log, name));
    const done = Promise.all([
      inOrder.take('alice', first!.run),
      inOrder.take('alice', second!.run),
      inOrder.take('bob', other!.run),
    ]);
    await settled();
    expect(log).to.deep.equal(['first begins', 'other begins']);
    first!.end();
    await settled();
    expect(log.at(-1)).to.equal('second begins');
    second!.end();
    other!.end();
    expect(await done).to.deep.equal(['first', 'second', 'other']);
  });

  it('goes on behind work that failed', async () => {
    const log: string[] = [];
    const inOrder = new InOrder();
    const [first, second] = ['first', 'second'].map((name) => work(log, name));
    const failed = inOrder.take('alice', first!.run).catch((error: unknown) => error);
    const next = inOrder.take('alice', second!.run);
    await settled();
    first!.end(new Error('no'));
    expect(await failed).to.be.instanceOf(Error);
    await settled();
    second!.end();
    expect(await next).to.equal('second');
  });
});
