import { expect } from 'chai';
import fc from 'fast-check';
import { calendarText } from '../../../lib/calendar/event/octets.ts';

describe('an iCalendar object from a wire', () => {
  const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !/[\r\n]/.test(text));

  it('is read as it was written, wherever its writer folded characters (RFC 5545 §3.1)', () => {
    fc.assert(
      fc.property(letters, fc.array(fc.nat()), fc.constantFrom('\r\n ', '\n\t'), (text, places, fold) => {
        const octets = Buffer.from(text);
        // Inside a character alone: folds between characters are for who reads the lines.
        const inside = [...octets.keys()].filter((at) => at > 0 && ((octets[at] ?? 0) & 0xc0) === 0x80);
        const folds = new Set(places.map((place) => inside[place % Math.max(inside.length, 1)]));
        const folded = [...octets].flatMap((octet, at) => (folds.has(at) ? [...Buffer.from(fold), octet] : [octet]));
        expect(calendarText(Buffer.from(folded))).to.equal(text);
      }),
    );
  });

  it('keeps its folds between characters', () => {
    expect(calendarText(Buffer.from('SUMMARY:Größe\r\n n'))).to.equal('SUMMARY:Größe\r\n n');
  });
});
