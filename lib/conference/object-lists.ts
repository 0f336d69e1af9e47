import type { ConferenceObject, ObjectKind } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { Part } from '../model/part.ts';
import type { Call, ObjectEntry } from './calls.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { type AskedFilter, Filter, type FilterLimits, withinBudget } from './filter.ts';
import { passwordsOf } from './passwords.ts';
import { beyond, type Refusal } from './refusal.ts';
import type { ConferenceRepository, ListedObject } from './repository.ts';
import { seenDocument } from './seen-document.ts';
import { Slices } from './slices.ts';
import { standingOf } from './standing.ts';
import { textsOf } from './summaries.ts';
import type { Reader } from './views.ts';

interface ListLimits extends FilterLimits {
  readonly listed: number;
}

export interface ListQuery {
  readonly kind: ObjectKind;
  /** Objects under any of these; all of them when undefined. */
  readonly identities?: readonly string[];
}

/** Candidates that are asked of the repository at a time. */
const PAGE = 250;
/** Steps that a part of a document costs before it is evaluated. */
const PART = 10;

/** Lists of objects. A filter is evaluated on each object as the caller may see it, so that it tells nothing else. */
export class ObjectLists {
  readonly #repository: Pick<ConferenceRepository, 'list'>;
  readonly #object: (uri: XconUri) => Promise<ConferenceObject | undefined>;
  readonly #limits: ListLimits;
  readonly #slices: Slices;

  constructor(
    repository: Pick<ConferenceRepository, 'list'>,
    object: (uri: XconUri) => Promise<ConferenceObject | undefined>,
    limits: ListLimits,
  ) {
    this.#repository = repository;
    this.#object = object;
    this.#limits = limits;
    this.#slices = new Slices(limits.filterSlice);
  }

  /** @throws {Refusal} resources-exhausted, and for a filter malformed or took-too-long */
  async list(call: Call, query: ListQuery, asked: AskedFilter | undefined): Promise<ObjectEntry[]> {
    const { listed } = this.#limits;
    if (asked !== undefined) return this.#filtered(call, query, new Filter(asked, this.#limits));
    const found: ObjectEntry[] = [];
    for await (const candidate of this.#candidates(query, listed + 1)) {
      found.push(entry(candidate));
      if (found.length > listed) throw tooMany(`More than ${listed} entries: choose among them with an xpathFilter.`);
    }
    return found;
  }

  #filtered(call: Call, query: ListQuery, filter: Filter): Promise<ObjectEntry[]> {
    const { listed } = this.#limits;
    const slice = this.#slices.begin();
    const selected: ObjectEntry[] = [];
    return withinBudget(async () => {
      for await (const candidate of this.#candidates(narrowed(query, filter))) {
        await slice.rest();
        const object = await this.#object(candidate.uri);
        if (object === undefined) continue;
        const charge = () => filter.budget.spend(PART);
        const document = await slice.finish(seenDocument(object, readerOf(call, object), charge));
        if (!(await slice.finish(filter.selects(document)))) continue;
        selected.push({ uri: object.uri, ...textsOf(object.sections.get(DESCRIPTION_SECTION)) });
        if (selected.length > listed) throw tooMany(`The filter selects more than ${listed} entries: narrow it.`);
      }
      return selected;
    });
  }

  /** A series is listed, and not what stands for some of its occurrences. */
  async *#candidates(query: ListQuery, limit = PAGE): AsyncGenerator<ListedObject> {
    let after = '';
    for (;;) {
      const page = await this.#repository.list({ ...query, after, limit });
      for (const listed of page) if (listed.header.stands === undefined) yield listed;
      if (page.length < limit) return;
      after = page.at(-1)?.uri ?? after;
    }
  }
}

/** A list of everything is read by tokens where the filter names some; its reader sees all that they tell of. */
const narrowed = (query: ListQuery, { tokens }: Filter): ListQuery =>
  query.identities === undefined && tokens !== undefined ? { ...query, identities: tokens } : query;

const tooMany = (message: string): Refusal => beyond('ccmp.maxListEntries', message);

const entry = ({ uri, description }: ListedObject): ObjectEntry => ({
  uri,
  ...textsOf(description && Part.ofBytes(description)),
});

/**
 * As whom the caller looks at an object; undefined where retrieving it would be refused. A list is of no one conference,
 * so no conference password opens it.
 */
function readerOf({ caller }: Call, object: ConferenceObject): Reader | undefined {
  if (object.header.kind === 'blueprint') return { level: 'organizer', self: undefined, profile: 'standard' };
  const { level, self } = standingOf(object, caller);
  if (level === undefined) return undefined;
  const isOpen = level === 'organizer' || level === 'moderator' || passwordsOf(object).length === 0;
  return isOpen ? { level, self, profile: 'standard' } : undefined;
}
