import fc from 'fast-check';
import { ownText } from '../../../lib/sip/message/index.ts';
import { text } from './arbitraries.ts';

describe('a text of its own', () => {
  it('is the same text', () => {
    fc.assert(fc.property(text, (one) => ownText(`-${one}`.slice(1)) === one));
  });
});
