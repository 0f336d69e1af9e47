import { expect } from 'chai';
import fc from 'fast-check';
import { CollectedLines } from '../../lib/cli/log.ts';
import { signal } from '../http/connection.ts';

describe('lines of a log', () => {
  it('are handed on together, in order and whole, however long', () => {
    const line = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('🔑'.repeat(9_000), 'x'.repeat(20_000)));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const handed: Buffer[] = [];
        const collected = new CollectedLines((bytes) => handed.push(bytes));
        for (const one of lines) collected.write(one);
        collected.flush();
        expect(Buffer.concat(handed).toString()).to.equal(lines.join(''));
      }),
    );
  });

  it('do not wait for a flood of them', async () => {
    const handed = signal();
    const got: string[] = [];
    const collected = new CollectedLines((bytes) => {
      got.push(bytes.toString());
      handed.give();
    });
    collected.write('one\n');
    collected.write('two\n');
    expect(got).to.deep.equal([]);
    await handed.given;
    expect(got).to.deep.equal(['one\ntwo\n']);
  });
});
