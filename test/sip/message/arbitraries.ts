import fc from 'fast-check';
import { Parameters, SipUri } from '../../../lib/sip/message/index.ts';

/** Text that a message may carry where it is quoted or escaped: anything but line breaks, well-formed. */
export const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((one) => one.replace(/[\r\n]/g, ' '));

export const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,12}$/);

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);

export const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);

export const parameters = fc
  .uniqueArray(fc.tuple(name, text), { maxLength: 4, selector: ([one]) => one })
  .map((entries) => entries.reduce((made, [one, value]) => made.with(one, value), Parameters.NONE));

export const sipUri = fc
  .record({
    scheme: fc.constantFrom('sip' as const, 'sips' as const),
    user: fc.option(
      text.filter((one) => one !== ''),
      { nil: undefined },
    ),
    password: fc.option(text, { nil: undefined }),
    host,
    port: fc.option(fc.nat(65_535), { nil: undefined }),
    flags: fc.uniqueArray(fc.tuple(name, text), { maxLength: 3, selector: ([one]) => one }),
    headers: fc.array(fc.tuple(name, text), { maxLength: 3 }),
  })
  .map(({ scheme, user, password, host: at, port, flags, headers }) =>
    flags.reduce(
      (uri, [one, value]) => uri.withParameter(one, value),
      SipUri.of({
        scheme,
        host: at,
        headers,
        ...(user !== undefined && { user }),
        ...(user !== undefined && password !== undefined && { password }),
        ...(port !== undefined && { port }),
      }),
    ),
  );
