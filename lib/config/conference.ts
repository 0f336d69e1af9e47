import { commitDefaults } from '../conference/commits.ts';
import { controlDefaults } from '../conference/control-parts.ts';
import { filterDefaults } from '../conference/filter.ts';
import { viewDefaults } from '../conference/remembered-views.ts';
import { integer, type Setting } from './setting.ts';
import { bytes, count, milliseconds } from './units.ts';

/** Conference objects and what is read of them. */
export const CONFERENCE_SETTINGS = {
  'conference.users': integer('Users in one conference at a time.', count(controlDefaults.users)),
  'conference.named': integer(
    'Users and targets of lists that one request names. A thousand more hold all others up for about 40 ms.',
    count(controlDefaults.named),
  ),
  'conference.sidebars': integer('Sidebars of one conference at a time.', count(controlDefaults.sidebars)),
  'conference.children': integer(
    'Conference objects of one series: itself, and what stands for some of its occurrences.',
    count(controlDefaults.children),
  ),
  'conference.filterLength': integer('Length of an xpathFilter.', {
    ...count(filterDefaults.filterLength),
    unit: 'characters',
  }),
  'conference.filterDepth': integer('Parentheses and brackets of an xpathFilter inside one another.', {
    ...count(filterDefaults.filterDepth),
    max: 100,
  }),
  'conference.filterSteps': integer(
    'Steps that the xpathFilter of one list takes through all its objects; a million takes about 0.1 s.',
    count(filterDefaults.filterSteps),
  ),
  'conference.filterSlice': integer(
    'What all filters together take of one turn of the event loop.',
    milliseconds(filterDefaults.filterSlice),
  ),
  'conference.passwordDigits': integer('Digits of the conference passwords that the server makes.', {
    ...count(controlDefaults.passwordDigits),
    min: 6,
    max: 64,
  }),
  'conference.batch': integer('Sets of changes that one flush writes.', count(commitDefaults.batch)),
  'conference.enough': integer(
    'Sets of changes for which a flush begins though another is on its way.',
    count(commitDefaults.enough),
  ),
  'conference.flushes': integer('Flushes on their way at once.', count(commitDefaults.flushes)),
  'conference.cached': integer('Objects and users of objects that are kept in memory.', count(commitDefaults.cached)),
  'views.bytes': integer(
    'Documents of small conferences, as each of their readers sees them, that are kept for the next who reads.',
    bytes(viewDefaults.bytes),
  ),
  'views.rosterBytes': integer(
    'Rosters of small conferences that are kept beside them, as they were shown last.',
    bytes(viewDefaults.rosterBytes),
  ),
  'views.users': integer(
    'Users that a small conference has at most; what is read of a larger one is put together from its parts each time.',
    count(viewDefaults.users),
  ),
} satisfies Record<string, Setting<unknown>>;
