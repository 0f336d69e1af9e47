import type { SidebarKind } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { answer, changedAnswer } from './answers.ts';
import type { Call, ObjectAnswer, SidebarsAnswer } from './calls.ts';
import type { ControlParts, Work } from './control-parts.ts';
import type { AskedFilter } from './filter.ts';
import { conferenceFrom } from './making.ts';
import type { ConferenceObjects } from './objects.ts';
import { Refusal, refusedAs } from './refusal.ts';
import { updateConference } from './updating.ts';
import { readerOf } from './views.ts';

/** Sidebars of conferences, by value and by reference (RFC 6503 §5.3.7 to §5.3.10). */
export class SidebarControl {
  readonly #objects: ConferenceObjects;
  readonly #parts: Pick<ControlParts, 'people' | 'limits' | 'times'>;

  constructor(objects: ConferenceObjects, parts: Pick<ControlParts, 'people' | 'limits' | 'times'>) {
    this.#objects = objects;
    this.#parts = parts;
  }

  async list(call: Call, uri: XconUri, kind: SidebarKind, filter: AskedFilter | undefined): Promise<SidebarsAnswer> {
    const { object } = await this.#objects.access.enter(call, uri, 'conference');
    return { version: object.version, entries: await this.#objects.access.sidebars(object, kind, call, filter) };
  }

  async retrieve(call: Call, uri: XconUri, kind: SidebarKind): Promise<ObjectAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, kind);
    return answer(object, readerOf(call, standing));
  }

  async create(call: Call, uri: XconUri, kind: SidebarKind, document: XmlElement | undefined): Promise<ObjectAnswer> {
    const { people, limits } = this.#parts;
    const made = await this.#objects.createSidebar(call, uri, document, (object, standing, identities) => {
      const parent = { object, reader: readerOf({ ...call, profile: 'standard' }, standing) };
      return conferenceFrom({ call, kind, parent, document, identities, people, limits });
    });
    return changedAnswer(this.#objects.access, this.#parts, call, made);
  }

  async update(call: Call, uri: XconUri, kind: SidebarKind, changes: XmlElement): Promise<ObjectAnswer> {
    const work = (all: Work): void => updateConference(all, changes);
    const after = await this.#objects.change(call, uri, kind, changes, work).catch(refusedAs('conflict'));
    return changedAnswer(this.#objects.access, this.#parts, call, after);
  }

  async delete(call: Call, uri: XconUri, kind: SidebarKind): Promise<void> {
    const { standing } = await this.#objects.access.enter(call, uri, kind);
    if (standing.level !== 'organizer') throw new Refusal('not-allowed', 'Only an organizer may delete a sidebar.');
    await this.#objects.remove(call, uri, kind);
  }
}
