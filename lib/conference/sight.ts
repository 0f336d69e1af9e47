import type { ConferenceObject } from '../model/conference-object.ts';
import { isTrue } from '../model/values.ts';
import { XCON } from '../model/names.ts';
import { STATE_SECTION } from './lists.ts';
import type { SidebarSections } from './sidebar-views.ts';
import { type Reader, sharesViewOfOthers } from './views.ts';

/** One version of an object as somebody may see it. */
export interface Sight {
  readonly object: ConferenceObject;
  readonly reader: Reader;
  /** The sections of sidebars, made for this reader. */
  readonly sidebars: SidebarSections;
}

/** What two sights of one object have in common when the same name stands for both: every byte that is shown. */
export function classOf({ object, reader, sidebars }: Sight): string {
  const self = reader.self;
  const isAlone = self !== undefined && (sidebars.size > 0 || !sharesViewOfOthers(object, reader));
  return isAlone ? `${reader.level} ${self}` : reader.level;
}

/** Whether the object may be watched at all (RFC 6501 §4.4.1). */
export function allowsSubscription(object: ConferenceObject): boolean {
  const state = object.sections.get(STATE_SECTION)?.element;
  const allowed = state?.first(XCON, 'allow-conference-event-subscription')?.text.trim();
  return allowed === undefined || isTrue(allowed);
}
