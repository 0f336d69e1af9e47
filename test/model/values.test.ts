import { expect } from 'chai';
import fc from 'fast-check';
import * as is from '../../lib/model/values.ts';
import type { ValueType } from '../../lib/model/values.ts';

interface Example {
  readonly type: ValueType;
  readonly takes: readonly string[];
  readonly refuses: readonly string[];
}

const word = is.word('allow', 'block');
const oneOf = is.oneOf('sendrecv', 'inactive');

/** Texts that are no number, however a reader squints. */
const NO_NUMBERS = ['', '-', '+', '+-1', '1.0', '1e3', '0x1', '1 2', '1_000', '١', '１', 'Infinity', 'NaN', '1\n2'];
const NO_DATES = [
  ...['', 'now', '2026-01-01', '10:00:00', '2026-1-01T00:00:00Z', '26-01-01T00:00:00Z', '02026-01-01T00:00:00Z'],
  ...['0000-01-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z'],
  ...['2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-01-32T00:00:00Z'],
  ...['2026-01-01T24:00:00Z', '2026-01-01T10:60:00Z', '2026-01-01T10:00:60Z', '2026-01-01T10:00Z'],
  ...['2026-01-01t10:00:00Z', '2026-01-01T10:00:00z', '2026-01-01T10:00:00.Z', '2026-01-01 10:00:00Z'],
  ...['2026-01-01T10:00:00+14:01', '2026-01-01T10:00:00+15:00', '2026-01-01T10:00:00+01:60'],
  ...['2026-01-01T10:00:00+0100', '2026-01-01T10:00:00Z\n2026-01-01T10:00:00Z', '２026-01-01T10:00:00Z'],
];
const UTC = ['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.123Z', '2000-02-29T00:00:00Z', '12026-01-01T00:00:00Z'];
const LOCAL = ['2026-11-23T10:00:00', '2026-11-23T10:00:00+14:00', '2026-11-23T10:00:00-00:30'];

const EXAMPLES: readonly Example[] = [
  { type: is.text, takes: ['', ' ', 'a', '\u0000', '😀', '<&>'], refuses: [] },
  { type: is.token, takes: ['1', 'a b', 'ü'], refuses: [''] },
  { type: is.boolean, takes: ['true', 'false', '1', '0'], refuses: ['', 'TRUE', 'yes', '2', '01', 'true false'] },
  { type: is.unsignedInt, takes: ['0', '+7', '007', '4294967295'], refuses: [...NO_NUMBERS, '-1', '4294967296'] },
  {
    type: is.int,
    takes: ['0', '-2147483648', '2147483647'],
    refuses: [...NO_NUMBERS, '-2147483649', '2147483648'],
  },
  { type: is.userCount, takes: ['0', '2147483647'], refuses: [...NO_NUMBERS, '-1', '2147483648'] },
  {
    type: is.nonNegative,
    takes: ['0', '9007199254740991'],
    refuses: [...NO_NUMBERS, '-1', '9007199254740992', '9'.repeat(400)],
  },
  { type: is.gain, takes: ['-127', '0', '-0', '+127'], refuses: [...NO_NUMBERS, '-128', '128'] },
  {
    type: is.uri,
    takes: ['sip:a@b', 'xcon:1@b', 'tel:+1-2', 'a/b:c', '?q', '*@b', 'http://h/p?q#f', 'ü', 'A1+.-:x', 'sip:'],
    refuses: [
      '',
      ' ',
      'a b',
      'sip:a@b c',
      '1:x',
      ':x',
      'a<b',
      'a"b',
      'a#b#c',
      'a\\b',
      'a|b',
      'a^b',
      'a`b',
      '{a}',
      'a\nb',
    ],
  },
  {
    type: is.language,
    takes: ['en', 'de-CH', 'x-klingon'],
    refuses: ['', 'e_n', 'en-', '-en', 'toolonglang', 'en de'],
  },
  { type: is.languages, takes: ['en', 'en de-CH', 'en\tde\n fr'], refuses: ['', 'en,de', 'en d_e'] },
  { type: is.dateTime, takes: [...UTC, ...LOCAL, '-0044-03-15T12:00:00Z'], refuses: NO_DATES },
  { type: is.utcDateTime, takes: UTC, refuses: [...NO_DATES, ...LOCAL, '2026-11-23T10:00:00+00:00'] },
  { type: word, takes: ['allow', 'block', 'x-own', '__proto__'], refuses: [''] },
  {
    type: oneOf,
    takes: ['sendrecv', 'inactive'],
    refuses: ['', 'SENDRECV', 'sendrecv ', 'toString', '__proto__', '0'],
  },
];

const INTEGERS: readonly (readonly [ValueType, bigint, bigint])[] = [
  [is.unsignedInt, 0n, 2n ** 32n - 1n],
  [is.int, -(2n ** 31n), 2n ** 31n - 1n],
  [is.userCount, 0n, 2n ** 31n - 1n],
  [is.nonNegative, 0n, 2n ** 53n - 1n],
  [is.gain, -127n, 127n],
];

describe('values of the data model', () => {
  for (const { type, takes, refuses } of EXAMPLES) {
    it(`[G6] of the type ${type.name} are what it says and nothing else`, () => {
      for (const one of takes) expect(type.accepts(one), `takes ${JSON.stringify(one)}`).to.equal(true);
      for (const one of refuses) expect(type.accepts(one), `refuses ${JSON.stringify(one)}`).to.equal(false);
    });
  }

  it('that are integers end where their type ends', () => {
    for (const [type, least, most] of INTEGERS) {
      const near = fc.oneof(
        fc.bigInt({ min: least - 2n, max: least + 2n }),
        fc.bigInt({ min: most - 2n, max: most + 2n }),
        fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
      );
      fc.assert(
        fc.property(near, (number) => {
          expect(type.accepts(String(number)), type.name).to.equal(number >= least && number <= most);
        }),
      );
    }
  });

  it('that are moments are all that a calendar has, in every zone', () => {
    const moment = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z') });
    const zone = fc.integer({ min: -840, max: 840 });
    fc.assert(
      fc.property(
        moment.filter((one) => !Number.isNaN(one.getTime())),
        zone,
        (date, minutes) => {
          const text = date.toISOString();
          const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
          const offset = [hours, rest].map((part) => String(part).padStart(2, '0')).join(':');
          expect(is.utcDateTime.accepts(text)).to.equal(true);
          expect(is.dateTime.accepts(text.replace('Z', (minutes < 0 ? '-' : '+') + offset))).to.equal(true);
        },
      ),
    );
  });

  it('are told from any text without an error, and from a very long one at once', () => {
    const types = EXAMPLES.map(({ type }) => type);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const type of types) expect(type.accepts(text)).to.be.a('boolean');
      }),
    );
    for (const piece of ['a', '-', '1', ':', '#', ' ', 'en-', '0000-', 'a.', '%']) {
      const long = `${piece.repeat(200_000)}"`;
      for (const type of types) {
        if (type === is.text || type === is.token || type === word) continue;
        expect(type.accepts(long), `${type.name}, ${piece}`).to.equal(false);
      }
    }
  });

  it('are true only by the two words for it', () => {
    expect(['true', '1'].every(is.isTrue)).to.equal(true);
    expect([undefined, '', '0', 'false', 'TRUE', ' true'].some(is.isTrue)).to.equal(false);
  });

  it('lose no white space where it is part of the value', () => {
    expect(EXAMPLES.filter(({ type }) => type.exact === true).map(({ type }) => type.name)).to.deep.equal(['text']);
  });
});
