import { barringDefaults } from '../mmtel/documents.ts';
import { choice, integer } from './setting.ts';
import { bytes, count } from './units.ts';

/** The settings of multimedia telephony's supplementary services. */
export const MMTEL_SETTINGS = {
  'mmtel.barring': choice(
    'Whom communication barring keeps out: `matching`, whom a rule matches; `any`, everybody who has an active rule that bars anything.',
    { default: 'matching', of: ['matching', 'any'] },
  ),
  'mmtel.bytes': integer('Length of a document of supplementary services.', bytes(barringDefaults.bytes, 1_000)),
  'mmtel.elements': integer('Elements of such a document.', count(barringDefaults.elements)),
  'mmtel.documents': integer('Such documents of all users, which stay in memory.', count(barringDefaults.documents)),
  'mmtel.ready': integer('Those whose rules are kept read.', count(barringDefaults.ready)),
};
