import { randomInt } from 'node:crypto';
import fc from 'fast-check';

const { PLENARY_SEED: asked = '6503' } = process.env;

/** What all that is random in the tests follows: the same in each run, `PLENARY_SEED`, or with `random` another each time. */
export const SEED = asked === 'random' ? randomInt(2 ** 31) : Number(asked);
if (!Number.isSafeInteger(SEED)) throw new Error(`PLENARY_SEED is a whole number or "random", not ${asked}`);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });

/** Mocha calls it once before all tests. */
export const mochaGlobalSetup = (): void => console.log(`  random values follow PLENARY_SEED=${SEED}`);
