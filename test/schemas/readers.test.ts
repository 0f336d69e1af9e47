import { expect } from 'chai';
import { expectSameReading, readByFastXmlParser, readByPlenary, readByXmlbuilder2 } from '../support/readers.ts';

const READERS = { readByPlenary, readByXmlbuilder2, readByFastXmlParser };

describe('readers: three libraries on one document', () => {
  for (const [name, read] of Object.entries(READERS)) {
    it(`${name} expands names, decodes references and keeps text`, () => {
      const xml =
        '<p:a xmlns:p="urn:p" xmlns="urn:d" z="&lt;" p:k="1"><b xml:lang="sv"> x&amp;lt;&#13;\n</b>' +
        '\n<c xmlns=""/><!-- aside -->y<![CDATA[<]]></p:a>';
      expect(read(xml)).to.deep.equal({
        namespace: 'urn:p',
        local: 'a',
        attributes: ['{urn:p}k=1', '{}z=<'],
        children: [
          {
            namespace: 'urn:d',
            local: 'b',
            attributes: ['{http://www.w3.org/XML/1998/namespace}lang=sv'],
            children: [' x&lt;\r\n'],
          },
          { namespace: '', local: 'c', attributes: [], children: [] },
          'y<',
        ],
      });
    });

    it(`${name} tells elements apart that differ in a prefix's meaning alone`, () => {
      expect(read('<p:a xmlns:p="urn:1"/>')).to.not.deep.equal(read('<p:a xmlns:p="urn:2"/>'));
    });
  }

  it('a document that is read in two ways is reported', () => {
    // fast-xml-parser decodes HTML's entities; XML does not know them.
    expect(() => expectSameReading('<a>&#x26;copy;</a>')).to.not.throw();
    expect(() => expectSameReading('<a>&copy;</a>')).to.throw();
  });
});
