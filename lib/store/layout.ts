import type { PartName } from '../model/conference-object.ts';

/** The order in which the parts of an object come; within a kind it is the order of their making. */
export const SECTIONS_FIRST: readonly PartName['kind'][] = ['section', 'user', 'sidebar'];

/** The section that lists show (RFC 4575 §5.3); sections are keyed by expanded name. */
export const DESCRIPTION: PartName = {
  kind: 'section',
  key: '{urn:ietf:params:xml:ns:conference-info}conference-description',
};

/** The token of descriptions that were written before there were tokens (`conference/tokens`); they may hold anything. */
export const UNKNOWN = '=?';

/** How many versions of an object stay in the change log, at most, when nothing else is said. */
export const LOG_VERSIONS = 1_000;

/** At most so many versions pass before an object's log is made shorter again. */
export const LOG_SPACING = 32;

/** Parts that are handed over at once, with a turn of the event loop in between. */
export const SLICE = 250;
