import { expect } from 'chai';
import { decodeRequest } from '../../../lib/ccmp/codec/request.ts';
import type { XmlElement } from '../../../lib/xml/element.ts';
import { parse } from '../../../lib/xml/parse.ts';
import { serialize } from '../../../lib/xml/serialize.ts';
import { PREFIXES } from '../../../lib/model/names.ts';
import { ALICE, requestText } from '../messages.ts';

function descriptionOf(content: string): XmlElement {
  const text = requestText(
    'conf',
    ALICE,
    `<confInfo><info:conference-description>${content}</info:conference-description></confInfo>`,
  )
    .replace('<ccmp:ccmpRequest ', '<ccmp:ccmpRequest xmlns:q="urn:outer" xmlns:unused="urn:unused" ')
    .replace('<ccmp:confRequest', '<ccmp:confRequest xmlns:r="urn:inner"');
  const description = decodeRequest(parse(text)).info?.elements[0];
  if (description === undefined) throw new Error('no description');
  return description;
}

describe('[E46] foreign content in conference data', () => {
  it('takes along the prefixes that its names need, and no others', () => {
    const [foreign] = descriptionOf('<f:x xmlns:f="urn:f"><f:y type="q:t">r:name and more</f:y></f:x>').elements;
    expect(foreign?.declarations).to.deep.equal([
      { prefix: 'f', namespace: 'urn:f' },
      { prefix: 'q', namespace: 'urn:outer' },
      { prefix: 'r', namespace: 'urn:inner' },
    ]);
  });

  it('keeps its meaning when its part is written on its own', () => {
    const [foreign] = descriptionOf('<q:x>q:name</q:x>').elements;
    expect(foreign && serialize(foreign, { scope: PREFIXES })).to.equal('<q:x xmlns:q="urn:outer">q:name</q:x>');
  });

  it('may be an attribute on an element of ours', () => {
    const [title] = descriptionOf('<info:display-text q:kind="r:title">T</info:display-text>').elements;
    expect(title?.declarations).to.deep.equal([{ prefix: 'r', namespace: 'urn:inner' }]);
  });

  it('sees the nearest meaning of a prefix', () => {
    const [outer, sibling] = descriptionOf(
      '<info:keywords xmlns:q="urn:nearer"><f:x xmlns:f="urn:f">q:n</f:x></info:keywords><f:x xmlns:f="urn:f">q:n</f:x>',
    ).elements;
    expect(outer?.elements[0]?.declarations).to.deep.include({ prefix: 'q', namespace: 'urn:nearer' });
    expect(sibling?.declarations).to.deep.include({ prefix: 'q', namespace: 'urn:outer' });
  });

  it('is read in a time that grows with its length alone', () => {
    // With the square of its length this would take minutes.
    const [foreign] = descriptionOf(`<q:x>${'a'.repeat(900_000)} q:name</q:x>`).elements;
    expect(foreign?.declarations).to.deep.equal([{ prefix: 'q', namespace: 'urn:outer' }]);
  });

  it('costs nothing where there is none', () => {
    const description = descriptionOf('<info:display-text>sip:q:r</info:display-text>');
    expect(description.elements[0]?.declarations).to.deep.equal([]);
  });
});
