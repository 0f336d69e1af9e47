import { expect } from 'chai';
import { xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { DEFAULT_XML_LIMITS } from '../../lib/xml/parse.ts';

describe('a part', () => {
  it('is read again from its text, though many requests let it grow beyond what one may bring', () => {
    const long = 'a'.repeat(10_000);
    const targets = Array.from({ length: 110 }, (_, index) => xcon('target', { uri: `sip:${long}@${index}.example` }));
    const written = Part.of(xcon('allowed-users-list', {}, targets)).bytes;
    expect(written.length).to.be.above(DEFAULT_XML_LIMITS.bytes);
    const read = Part.ofBytes(written).element;
    expect(read.elements.length).to.equal(110);
    expect(read.elements.at(-1)?.attribute('uri')).to.equal(`sip:${long}@109.example`);
  });
});
