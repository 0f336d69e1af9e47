import { expect } from 'chai';
import fc from 'fast-check';
import { highestNumber, isGenerated, Placeholders } from '../../lib/conference/auto-generate.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { XmlElement } from '../../lib/xml/element.ts';

const served = (): Placeholders => new Placeholders((domain) => domain === 'example.com');
const holds = (element: XmlElement): boolean =>
  [...element.attributes.map((one) => one.value), element.text].some(isGenerated) || element.elements.some(holds);

const numbers = fc.array(fc.nat(12), { minLength: 1, maxLength: 12 });

describe('AUTO_GENERATE_n', () => {
  it('[A1, A2] becomes one value wherever n is the same and another where it differs, and none remains', () => {
    fc.assert(
      fc.property(numbers, fc.boolean(), (list, labels) => {
        const element = info(
          'users',
          {},
          list.map((n) => {
            const name = `AUTO_GENERATE_${n}`;
            return labels ? info('media', { id: name }) : info('user', { entity: `xcon-userid:${name}@example.com` });
          }),
        );
        const replaced = served().replace(element);
        expect(holds(replaced)).to.equal(false);
        const values = replaced.elements.map((one) => one.attributes[0]?.value);
        list.forEach((n, at) => list.forEach((m, other) => expect(values[at] === values[other]).to.equal(n === m)));
      }),
    );
  });

  it('[A1] becomes a number beyond those in use for labels and ids', () => {
    const media = info('available-media', {}, [
      info('entry', { label: '7' }),
      info('entry', { label: 'AUTO_GENERATE_1' }),
    ]);
    const floor = xcon('media-label', {}, ['AUTO_GENERATE_1']);
    const replaced = served().replace(info('x', {}, [media, floor]), () => highestNumber(media));
    expect(replaced.elements[0]?.elements[1]?.attribute('label')).to.equal('8');
    expect(replaced.elements[1]?.text).to.equal('8');
  });

  it('[A5] becomes no number that can be guessed where it names a user too', () => {
    const user = info('user', { entity: 'xcon-userid:AUTO_GENERATE_1@example.com' }, [
      info('media', { id: 'AUTO_GENERATE_1' }),
    ]);
    const replaced = served().replace(user);
    expect(replaced.attribute('entity')).to.match(/^xcon-userid:[a-z2-7]{24}@example\.com$/);
    expect(replaced.attribute('entity')).to.include(replaced.elements[0]?.attribute('id'));
  });

  it('[A1] may have any number, and 01 is 1', () => {
    const replaced = served().replace(
      info('x', { a: 'AUTO_GENERATE_12345678901234567890', b: 'AUTO_GENERATE_01', c: 'AUTO_GENERATE_1' }),
    );
    expect(replaced.attribute('a')).to.match(/^[a-z2-7]{24}$/);
    expect(replaced.attribute('b')).to.equal(replaced.attribute('c'));
  });

  it('[A3] in the name of an element or attribute is malformed', () => {
    for (const element of [
      info('AUTO_GENERATE_1'),
      info('x', { AUTO_GENERATE_1: 'a' }),
      info('x', {}, [info('AUTO_GENERATE_1')]),
    ])
      expect(() => served().replace(element))
        .to.throw(Refusal)
        .with.property('reason', 'malformed');
  });

  const foreign = [
    'xcon:AUTO_GENERATE_1@other.example',
    'xcon-userid:AUTO_GENERATE_1@other.example;x=a@example.com',
    'sip:AUTO_GENERATE_1@other.example',
  ];
  for (const value of foreign) {
    it(`[A4] in a domain that is not served is refused: ${value}`, () => {
      expect(() => served().replace(info('user', { entity: value })))
        .to.throw(Refusal)
        .with.property('reason', 'foreign-domain');
    });
  }

  it('is left alone where it is no placeholder', () => {
    const text = info('free-text', {}, ['AUTO_GENERATE says the RFC']);
    expect(served().replace(text)).to.equal(text);
  });
});
