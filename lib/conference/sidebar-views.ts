import type { ConferenceObject, SidebarKind } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, PREFIXES } from '../model/names.ts';
import { serialize } from '../xml/serialize.ts';
import type { Call } from './calls.ts';
import { type AskedFilter, Filter, type FilterLimits, withinBudget } from './filter.ts';
import { passwordsOf } from './passwords.ts';
import { seenDocument } from './seen-document.ts';
import { isByValue, standingIn } from './sidebars.ts';
import { Slices } from './slices.ts';
import { standingOf } from './standing.ts';
import { type Reader, type SidebarSections, viewOf } from './views.ts';

/** Steps of a filter that a part of a document costs before it is evaluated. */
const PART = 10;

export const sectionOf = (kind: SidebarKind): string =>
  `{${CONFERENCE_INFO}}${kind === 'sidebar-by-val' ? 'sidebars-by-val' : 'sidebars-by-ref'}`;

/**
 * The sidebars of a conference that the caller may know of, as entries in UTF-8: those that he is in or governs, and
 * none before he is in the conference himself. With a filter those whose document it selects.
 */
export async function seenSidebars(
  main: ConferenceObject,
  kind: SidebarKind,
  call: Call,
  durable: (uri: XconUri) => Promise<ConferenceObject | undefined>,
  chosen?: { readonly filter: AskedFilter; readonly limits: FilterLimits },
): Promise<readonly Buffer[]> {
  const level = main.sidebars.size === 0 ? undefined : standingOf(main, call.caller).level;
  const filter = chosen && new Filter(chosen.filter, chosen.limits);
  if (level === undefined || level === 'invited') return [];
  const slice = new Slices(chosen?.limits.filterSlice ?? Infinity).begin();
  const entries: Buffer[] = [];
  return withinBudget(async () => {
    for (const [uri, part] of main.sidebars) {
      if (isByValue(part) !== (kind === 'sidebar-by-val')) continue;
      const sidebar = await durable(uri);
      if (sidebar === undefined) continue;
      const standing = standingIn(sidebar, main, call.caller);
      if (standing.level === undefined) continue;
      const isOpen =
        standing.level === 'organizer' || standing.level === 'moderator' || passwordsOf(sidebar).length === 0;
      const reader = isOpen ? { level: standing.level, self: standing.self, profile: call.profile } : undefined;
      if (filter !== undefined) {
        const charge = () => filter.budget.spend(PART);
        const document = await slice.finish(seenDocument(sidebar, reader, charge));
        if (!(await slice.finish(filter.selects(document)))) continue;
      }
      entries.push(...(kind === 'sidebar-by-ref' ? [part.bytes] : await entryByValue(sidebar, reader)));
    }
    return entries;
  });
}

/** The sidebar itself; one that wants its conference password has its name alone, as in lists. */
async function entryByValue(sidebar: ConferenceObject, reader: Reader | undefined): Promise<readonly Buffer[]> {
  const start = serialize(info('entry', { entity: sidebar.uri }), { scope: PREFIXES });
  const content = reader === undefined ? closed(sidebar) : (await viewOf(sidebar, reader)).content;
  return [Buffer.from(start.replace(/\/>$/, '>')), ...content, Buffer.from('</info:entry>')];
}

function closed(sidebar: ConferenceObject): readonly Buffer[] {
  const step = seenDocument(sidebar, undefined, () => false).next();
  const children = step.done === true ? step.value.elements : [];
  return children.map((child) => Buffer.from(serialize(child, { scope: PREFIXES })));
}

/** Both sections of a conference's document. */
export async function sidebarSections(
  main: ConferenceObject,
  call: Call,
  durable: (uri: XconUri) => Promise<ConferenceObject | undefined>,
): Promise<SidebarSections> {
  const sections = new Map<string, readonly Buffer[]>();
  for (const kind of ['sidebar-by-ref', 'sidebar-by-val'] as const) {
    const entries = await seenSidebars(main, kind, call, durable);
    const name = kind === 'sidebar-by-ref' ? 'sidebars-by-ref' : 'sidebars-by-val';
    const element = [Buffer.from(`<info:${name}>`), ...entries, Buffer.from(`</info:${name}>`)];
    if (entries.length > 0) sections.set(sectionOf(kind), element);
  }
  return sections;
}
