import { expect } from 'chai';
import { type Pausing, Slices } from '../../lib/conference/slices.ts';

/** Work that pauses so often; each piece of it takes the time. */
function* work(pieces: number, milliseconds: number, done: () => void = () => undefined): Pausing<number> {
  for (let piece = 0; piece < pieces; piece++) {
    const start = performance.now();
    while (performance.now() - start < milliseconds);
    done();
    yield;
  }
  return pieces;
}

describe('long work in slices', () => {
  it('leaves the event loop to others between its slices', async () => {
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 0);
    expect(await new Slices(2).begin().finish(work(20, 1))).to.equal(20);
    clearInterval(clock);
    expect(turns).to.be.at.least(5);
  });

  it('has one slice in each turn of the loop, however many there are, in the order of their asking', async () => {
    const slices = new Slices(0);
    const order: string[] = [];
    let turn = 0;
    let open = true;
    const count = (): void => {
      turn += 1;
      if (open) setImmediate(count);
    };
    setImmediate(count);
    const names = ['a', 'b', 'c'];
    const begun = names.map((name) => slices.begin().finish(work(4, 0, () => order.push(`${turn}${name}`))));
    await Promise.all(begun);
    open = false;
    const later = order.slice(names.length);
    expect(new Set(later.map((entry) => entry.replace(/\D/g, '').padStart(3, '0')))).to.have.lengthOf(later.length);
    expect(later.map((entry) => entry.replace(/\d/g, '')).join('')).to.equal('abcabcabc');
  });

  it('fails as the work fails', async () => {
    function* failing(): Pausing<never> {
      yield;
      throw new RangeError('too much');
    }
    const failure: unknown = await new Slices(1)
      .begin()
      .finish(failing())
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RangeError);
  });
});
