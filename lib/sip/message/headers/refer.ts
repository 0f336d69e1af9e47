import { readNameAddress } from '../name-address.ts';
import { readParameters } from '../parameters.ts';
import { single } from './definition.ts';

/** RFC 3515 §2.1. */
export const REFER_TO = single('Refer-To', readNameAddress);
/** RFC 3892. */
export const REFERRED_BY = single('Referred-By', readNameAddress);
/** RFC 4488 §4: whether the REFER makes a subscription. */
export const REFER_SUB = single('Refer-Sub', (cursor): boolean => {
  const value = cursor.token().toLowerCase();
  readParameters(cursor);
  if (value !== 'true' && value !== 'false') throw cursor.malformed();
  return value === 'true';
});
