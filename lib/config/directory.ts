import { credentialDefaults } from '../directory/credentials.ts';
import { directoryDefaults } from '../directory/directory.ts';
import { scryptDefaults } from '../directory/scrypt.ts';
import { integer, type Setting } from './setting.ts';
import { count } from './units.ts';

/** Users and their passwords. */
export const DIRECTORY_SETTINGS = {
  'directory.addresses': integer('Addresses of a user.', count(directoryDefaults.addresses)),
  'directory.passwordBytes': integer('Length of a password.', {
    ...count(directoryDefaults.passwordBytes),
    unit: 'bytes',
  }),
  'directory.displayText': integer('Length of the name to show.', {
    ...count(directoryDefaults.displayText),
    unit: 'characters',
  }),
  'directory.known': integer('Users kept in memory, by each of their names.', count(directoryDefaults.known)),
  'directory.remembered': integer(
    'Right passwords of `--no-digest` users that need no scrypt again.',
    count(credentialDefaults.remembered),
  ),
  'scrypt.logN': integer('Cost of a password of a `--no-digest` user: N is 2 to this power.', {
    default: scryptDefaults.cost.logN,
    unit: 'exponent',
    min: 14,
    max: 20,
  }),
  'scrypt.atOnce': integer('Derivations at the same time.', count(scryptDefaults.atOnce)),
  'scrypt.waiting': integer('Derivations that wait; one more is refused.', count(scryptDefaults.waiting)),
} satisfies Record<string, Setting<unknown>>;
