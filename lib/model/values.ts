/** A type of simple content: what it is called in documents about the model, and whether a trimmed text is one. */
export interface ValueType {
  readonly name: string;
  readonly accepts: (text: string) => boolean;
  /** White space at the ends is part of the value. */
  readonly exact?: true;
}

const MAX_UNSIGNED_INT = 2 ** 32 - 1;
const MAX_INT = 2 ** 31 - 1;

const integer = (name: string, min: number, max: number): ValueType => ({
  name,
  accepts: (text) => /^[+-]?\d{1,16}$/.test(text) && Number(text) >= min && Number(text) <= max,
});

const DATE_TIME = /^-?(\d{4,})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))?$/;
const MOST_OFFSET = 14 * 60;

/** XML Schema Part 2 §3.2.7. */
function isDateTime(text: string): boolean {
  const [, year = '', month = '', day = '', time = '', hours = '0', minutes = '0'] = DATE_TIME.exec(text) ?? [];
  return (
    !/^0+$|^0\d{4}/.test(year) &&
    isDay(Number(year), Number(month), Number(day)) &&
    /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time) &&
    Number(minutes) < 60 &&
    Number(hours) * 60 + Number(minutes) <= MOST_OFFSET
  );
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
  const last = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= last;
}

export const text: ValueType = { name: 'text', accepts: () => true, exact: true };
export const token: ValueType = { name: 'token', accepts: (value) => value !== '' };
export const boolean: ValueType = { name: 'boolean', accepts: (value) => /^(true|false|1|0)$/.test(value) };
export const unsignedInt = integer('unsignedInt', 0, MAX_UNSIGNED_INT);
export const int = integer('int', -MAX_INT - 1, MAX_INT);
/** Emitted as xsd:int by RFC 6501 §5 and as xsd:unsignedInt by RFC 4575 §5.3.3: what both accept. */
export const userCount = integer('int, not negative', 0, MAX_INT);
export const nonNegative = integer('nonNegativeInteger', 0, Number.MAX_SAFE_INTEGER);
/** RFC 6501 §4.2.7. */
export const gain = integer('int from -127 to 127', -127, 127);
/** RFC 3986 §4.1 with the characters of other scripts let in; a colon stands behind a scheme or behind a slash. */
export const uri: ValueType = {
  name: 'anyURI',
  accepts: (value) => {
    if (value === '' || /[\s<>"{}|\\^`]|%(?![0-9a-f]{2})/i.test(value)) return false;
    // Brackets stand around an address of IPv6 as the host and nowhere else.
    const rest = value.replace(/^(sips?:(?:[^@[\]]*@)?|[^:/?#[\]]*:?\/\/(?:[^@/?#[\]]*@)?)\[[0-9a-f:.]+\]/i, '$1host');
    return /^(?:[a-z][a-z0-9+.-]*:|(?![^/?#]*:))[^#[\]]*(?:#[^#[\]]*)?$/i.test(rest);
  },
};
export const language: ValueType = {
  name: 'language',
  accepts: (value) => /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(value),
};
export const languages: ValueType = {
  name: 'languages',
  accepts: (value) => value.split(/\s+/).every(language.accepts),
};
export const dateTime: ValueType = { name: 'dateTime', accepts: isDateTime };
/** RFC 6501 §5 time-type: with the letter Z. */
export const utcDateTime: ValueType = {
  name: 'dateTime in UTC',
  accepts: (value) => isDateTime(value) && value.endsWith('Z'),
};

/** One of the words, which future documents may extend (RFC 6501 §5 free-text-extension). */
export const word = (...words: readonly string[]): ValueType => ({
  name: words.join(', '),
  accepts: (value) => value !== '',
});

/** One of the words and no other (the enumerations of RFC 4575 that its readers check). */
export const oneOf = (...words: readonly string[]): ValueType => ({
  name: words.join(', '),
  accepts: (value) => words.includes(value),
});

export const isTrue = (value: string | undefined): boolean => value === 'true' || value === '1';
