import type { Call, ObjectAnswer } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { SeriesChange } from '../../conference/told-apart.ts';
import type { SeriesChild } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { info, POLICY } from '../../model/names.ts';
import { XmlElement } from '../../xml/element.ts';
import type { Attendee } from '../event/attendee.ts';
import { occurrenceChanges, parted, seriesChange } from '../event/occurrence-changes.ts';
import { changedConference, newConference } from '../event/request.ts';
import type { Schedule } from '../event/schedule.ts';
import { seenChildren } from '../event/seen-children.ts';
import { type SeenConference, seenIn } from '../event/seen-conference.ts';
import { INVITATIONS } from './invitation.ts';

export interface BridgedConferenceParts {
  readonly control: {
    create(call: Call, source: { document: XmlElement; uri: XconUri }, apart?: SeriesChange): Promise<unknown>;
    retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer>;
    children(call: Call, uri: XconUri): Promise<readonly SeriesChild[]>;
    update(call: Call, uri: XconUri, changes: XmlElement, apart?: SeriesChange): Promise<unknown>;
  };
  readonly call: Call;
  /** Of a new conference. */
  readonly domain: string;
  /** Whom the allowed-users-list names for attendees. */
  readonly targetsOf: (attendees: readonly Attendee[]) => Promise<string[]>;
}

/** The conference of an event of somebody's own calendar: words, times and people, also of single occurrences. */
export class BridgedConference {
  readonly #parts: BridgedConferenceParts;
  readonly #uri: XconUri;

  constructor(uri: XconUri, parts: BridgedConferenceParts) {
    this.#uri = uri;
    this.#parts = parts;
  }

  /**
   * Makes it what the event says; resolves to it as its organizer sees it.
   * @param isThere whether it was made already
   * @throws {Refusal}
   */
  async follow(schedule: Schedule, isThere: boolean): Promise<SeenConference> {
    const { control, call } = this.#parts;
    const before = await control.retrieve(call, this.#uri).catch((error: unknown) => {
      if (isThere || !(error instanceof Refusal)) throw error;
    });
    if (before === undefined) await this.#create(schedule);
    else await this.#update(schedule, seenIn(before));
    return seenIn(await control.retrieve(call, this.#uri));
  }

  async #create(schedule: Schedule): Promise<void> {
    const { control, call, domain, targetsOf } = this.#parts;
    const { base, apart } = parted(schedule);
    const document = newConference({ ...schedule, base }, await targetsOf(schedule.attendees), domain);
    // The organizer's own calendar has invited everybody.
    const children = document.children.map((child) =>
      child instanceof XmlElement && child.local === 'conference-description'
        ? child.withAttribute(INVITATIONS, 'none', POLICY)
        : child,
    );
    const planned: SeenConference = { uri: this.#uri, version: 0, document };
    const occurrences = await occurrenceChanges(planned, schedule, apart, targetsOf);
    await control.create(call, { document: document.withChildren(children), uri: this.#uri }, { occurrences });
  }

  async #update(schedule: Schedule, seen: SeenConference): Promise<void> {
    const { control, call, targetsOf } = this.#parts;
    const ranges = await control.children(call, this.#uri);
    const uris = ranges.map(({ uri }) => uri);
    const children = await seenChildren(uris, ranges, async (uri) => seenIn(await control.retrieve(call, uri)));
    const { base, apart, dropped } = parted(schedule, seen, children);
    const { subject, description } = schedule;
    const changes = changedConference(seen, { subject, description, base }, await targetsOf(schedule.attendees));
    const occurrences = await occurrenceChanges(seen, schedule, apart, targetsOf);
    const told = seriesChange(occurrences, dropped);
    if (changes !== undefined || told !== undefined)
      await control.update(call, this.#uri, changes ?? info('conference-info'), told);
  }
}
