import { readNameAddress } from '../name-address.ts';
import { list, single } from './definition.ts';

const SEMICOLON = 0x3b;

/** RFC 3325 §9.1. */
export const P_ASSERTED_IDENTITY = list('P-Asserted-Identity', readNameAddress);
export const P_PREFERRED_IDENTITY = list('P-Preferred-Identity', readNameAddress);
/** RFC 3323 §4.2: `id`, `header`, `session`, `user`, `none`, `critical`, in lower case. */
export const PRIVACY = single('Privacy', (cursor): readonly string[] => {
  const values = [cursor.token().toLowerCase()];
  while (cursor.take(SEMICOLON)) values.push(cursor.token().toLowerCase());
  return values;
});
