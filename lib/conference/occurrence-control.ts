import type { ConferenceObject, OccurrenceRange, SeriesChild } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { rangeOf } from '../schedule/range.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Call } from './calls.ts';
import { createConference, type Source } from './creating.ts';
import { type AskedUpdate, updateAsked } from './occurrences-asked.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { reachedIn } from './reached.ts';
import { refusedAs } from './refusal.ts';
import { isOfSeries, type Series } from './series.ts';
import type { AskedSeries, ChangedSeries } from './series-changes.ts';
import { standingOf } from './standing.ts';
import {
  type AskedOccurrences,
  type ListedOccurrence,
  listOccurrences,
  type OccurrencesAnswer,
  steer,
  type Steering,
} from './steering.ts';
import { timeDefaults, type TimeRules, timesOf } from './times.ts';
import {
  type Apart,
  type OccurrenceChange,
  type SeriesChange,
  toldApart,
  withInvited,
  withWordsOf,
} from './told-apart.ts';
import { updateConference } from './updating.ts';

type Parts = Pick<ControlParts, 'times' | 'clock' | 'limits' | 'people' | 'defaultBlueprint'>;

/** A change of an occurrence names no object: what it changes has a name of its own. */
function workOf({ range, changes, invites }: OccurrenceChange): AskedSeries['occurrences'][number] {
  const named = changes.withAttribute('entity', undefined);
  const work = (all: Work): void => updateConference(all, invites ? withInvited(all.edit.now, named) : named);
  return { range, element: named, work };
}

type Told = SeriesChange & Partial<Pick<Apart, 'changes'>>;

/** For which occurrences an object stands, if it does. */
export const childrenOf = ({ uri, header: { stands } }: ConferenceObject): SeriesChild[] =>
  stands === undefined ? [] : [{ uri, ...rangeOf(stands) }];

/** Conferences with times, and the occurrences of series (RFC 5239 §7.4). */
export class OccurrenceControl {
  readonly #objects: ConferenceObjects;
  readonly #rules: TimeRules;
  readonly #parts: Parts;

  constructor(objects: ConferenceObjects, parts: Parts) {
    this.#objects = objects;
    this.#parts = parts;
    this.#rules = parts.times ?? timeDefaults;
  }

  /** Makes a conference, and what stands for the occurrences that its base tells apart. */
  async create(call: Call, source: Source, apart?: SeriesChange): Promise<ChangedSeries> {
    const { document } = source;
    const told: Told | undefined = apart ?? (document && (await this.#toldApart(undefined, document)));
    const made = { ...source, ...(told?.changes && { document: told.changes }) };
    return createConference(this.#objects, this.#parts, call, made, told?.occurrences.map(workOf));
  }

  /**
   * Changes a conference, or the occurrences of it of which the iCalendar object of the changes tells alone, or both.
   * @param apart what is told of occurrences beside the changes
   */
  async update(call: Call, uri: XconUri, changes: XmlElement, apart?: SeriesChange): Promise<ChangedSeries> {
    const { access } = this.#objects;
    const object = access.atHand(uri, 'conference') ?? (await access.object(uri, 'conference', call));
    // Whom the conference is not there for learns nothing of its times.
    const isKnown = standingOf(object, call.caller).level !== undefined;
    const asked: AskedUpdate = isKnown
      ? updateAsked(object, changes, call.profile, this.#rules, this.#parts.clock())
      : { changes };
    if (asked.range !== undefined) {
      const change = await withWordsOf(object, { range: asked.range, changes: asked.changes }, this.#parts.people);
      return { object: await this.#change(call, uri, change), children: [] };
    }
    const told: Told | undefined = apart ?? (isKnown ? await this.#toldApart(object, asked.changes) : undefined);
    const own = told?.changes ?? asked.changes;
    const work = (all: Work): void => updateConference(all, own);
    if (told === undefined) {
      const after = this.#objects.change(call, uri, 'conference', own, work).catch(refusedAs('conflict'));
      return { object: await after, children: [] };
    }
    const { dropped = [] } = told;
    const series = { own: { element: own, work }, occurrences: told.occurrences.map(workOf), dropped };
    return this.#objects.changeSeries(call, uri, series).catch(refusedAs('conflict'));
  }

  #toldApart(object: ConferenceObject | undefined, changes: XmlElement): Promise<Apart | undefined> {
    const { people, clock } = this.#parts;
    return toldApart(object, changes, { rules: this.#rules, now: clock(), people });
  }

  /** Changes some occurrences of a series; resolves to what stands for them. */
  change(call: Call, uri: XconUri, range: OccurrenceRange, changes: XmlElement): Promise<ConferenceObject> {
    return this.#change(call, uri, { range, changes });
  }

  async #change(call: Call, uri: XconUri, told: OccurrenceChange): Promise<ConferenceObject> {
    const asked = { occurrences: [workOf(told)] };
    const { object, children } = await this.#objects.changeSeries(call, uri, asked).catch(refusedAs('conflict'));
    return children[0] ?? object;
  }

  /** Starts, ends, extends or cancels an occurrence by hand, wherever in the series it is. */
  async steer(call: Call, uri: XconUri, asked: Steering): Promise<ConferenceObject> {
    const now = this.#parts.clock();
    const work = (all: Work): void => steer(all, asked, this.#rules, now);
    const target = await this.#steered(call, uri, asked, now);
    return this.#objects.change(call, target, 'conference', undefined, work).catch(refusedAs('conflict'));
  }

  /** What is cancelled is cancelled in the series; what is started, ended or extended is where it takes place. */
  async #steered(call: Call, uri: XconUri, asked: Steering, now: number): Promise<XconUri> {
    const object = await this.#objects.access.object(uri, 'conference', call);
    if (!isOfSeries(object)) return uri;
    const series = await this.#objects.seriesOf(object);
    if (asked.action === 'cancel') return series.root;
    if (object.header.occurrence !== undefined) return uri;
    const all = series.within(object);
    const running = all.find(({ header }) => header.occurrence !== undefined);
    if (running !== undefined) return running.uri;
    const opening = (one: ConferenceObject): number => {
      const [next] = timesOf(one, this.#rules)?.from(now) ?? [];
      return next?.start ?? Infinity;
    };
    return all.reduce((first, one) => (opening(one) < opening(first) ? one : first)).uri;
  }

  /** When a conference takes place, with what stands for its occurrences, as far as the caller may know of it. */
  async list(call: Call, uri: XconUri, between: AskedOccurrences): Promise<OccurrencesAnswer> {
    const { object } = await this.#objects.access.enter(call, uri, 'conference');
    const { clock, limits } = this.#parts;
    const asked = { ...between, limit: Math.min(between.limit, limits.listed) };
    const own = listOccurrences(object, this.#rules, clock(), asked);
    if (!isOfSeries(object)) return { version: object.version, occurrences: own };
    const children = await this.#known(call, object);
    const theirs = children.flatMap((child): ListedOccurrence[] =>
      listOccurrences(child, this.#rules, clock(), asked).map((one) => ({ ...one, child: child.uri })),
    );
    const occurrences = [...own, ...theirs].toSorted((a, b) => a.start - b.start).slice(0, asked.limit);
    return { version: object.version, occurrences };
  }

  /** What stands for occurrences of a conference, as far as the caller may know of it; also what stands for some of these. */
  async children(call: Call, uri: XconUri): Promise<readonly SeriesChild[]> {
    const { object } = await this.#objects.access.enter(call, uri, 'conference');
    return (await this.#known(call, object)).flatMap(childrenOf);
  }

  async #known(call: Call, object: ConferenceObject): Promise<ConferenceObject[]> {
    if (!isOfSeries(object)) return [];
    const series: Series = await this.#objects.seriesOf(object);
    return series.within(object).filter((one) => one !== object && standingOf(one, call.caller).level !== undefined);
  }

  /** The object to which the SIP URI of a conference leads now: of a series what stands for the occurrence that goes on. */
  async reached(uri: XconUri): Promise<XconUri> {
    const object = await this.#objects.access.durable(uri);
    if (object === undefined || object.header.stands !== undefined || !isOfSeries(object)) return uri;
    return reachedIn(await this.#objects.seriesOf(object));
  }
}
