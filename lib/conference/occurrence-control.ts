import type { ConferenceObject, OccurrenceRange, SeriesChild } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Call } from './calls.ts';
import { type AskedUpdate, updateAsked } from './occurrences-asked.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { refusedAs } from './refusal.ts';
import { isOfSeries, type Series } from './series.ts';
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
import { updateConference } from './updating.ts';

/** Conferences with times, and the occurrences of series (RFC 5239 §7.4). */
export class OccurrenceControl {
  readonly #objects: ConferenceObjects;
  readonly #rules: TimeRules;
  readonly #parts: Pick<ControlParts, 'clock' | 'limits'>;

  constructor(objects: ConferenceObjects, parts: Pick<ControlParts, 'times' | 'clock' | 'limits'>) {
    this.#objects = objects;
    this.#parts = parts;
    this.#rules = parts.times ?? timeDefaults;
  }

  /** Changes a conference, or the occurrences of it of which the iCalendar object of the changes tells alone. */
  async update(call: Call, uri: XconUri, changes: XmlElement): Promise<ConferenceObject> {
    const object = await this.#objects.access.object(uri, 'conference', call);
    // Whom the conference is not there for learns nothing of its times.
    const isKnown = standingOf(object, call.caller).level !== undefined;
    const asked: AskedUpdate = isKnown
      ? updateAsked(object, changes, call.profile, this.#rules, this.#parts.clock())
      : { changes };
    if (asked.range !== undefined) return this.change(call, uri, asked.range, asked.changes);
    const work = (all: Work): void => updateConference(all, asked.changes);
    return this.#objects.change(call, uri, 'conference', asked.changes, work).catch(refusedAs('conflict'));
  }

  /** Changes some occurrences of a series; resolves to what stands for them. */
  change(call: Call, uri: XconUri, range: OccurrenceRange, changes: XmlElement): Promise<ConferenceObject> {
    const named = changes.withAttribute('entity', undefined);
    const work = (all: Work): void => updateConference(all, named);
    return this.#objects.changeOccurrences(call, uri, range, named, work).catch(refusedAs('conflict'));
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
    return (await this.#known(call, object)).flatMap(({ uri: child, header: { stands } }) =>
      stands === undefined
        ? []
        : [{ uri: child, from: stands.from, ...(stands.to !== undefined && { to: stands.to }) }],
    );
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
    return (await this.#objects.seriesOf(object)).reached;
  }
}
