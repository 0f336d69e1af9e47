/** A character that XML 1.0 §2.2 forbids, a lone surrogate included. */
export const FORBIDDEN = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A code unit that may be part of such a character; looking for it takes a fraction of the time. */
export const PERHAPS_FORBIDDEN = /[\0-\x08\v\f\x0e-\x1f\uD800-\uDFFF\uFFFE\uFFFF]/;

/** The namespace that the prefix `xml` always stands for (Namespaces in XML 1.0 §3). */
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
/** The namespace of `xmlns` attributes, which no prefix may be declared for (§3). */
export const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

const start =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';

/** An NCName (Namespaces in XML 1.0 §3) as the source of a regular expression with the flag `u`. */
export const NCNAME = `[${start}][-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}${start}]*`;

const ncname = new RegExp(`^${NCNAME}$`, 'u');

const asciiNcname = /^[A-Za-z_][-.\w]*$/;

export const isNcName = (name: string): boolean => asciiNcname.test(name) || ncname.test(name);
