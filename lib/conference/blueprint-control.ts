import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { answer } from './answers.ts';
import { principalOf } from './callers.ts';
import type { Call, ObjectAnswer, ObjectEntry } from './calls.ts';
import type { ControlParts } from './control-parts.ts';
import type { AskedFilter } from './filter.ts';
import { blueprintFrom } from './making.ts';
import type { ConferenceObjects } from './objects.ts';
import { Refusal, refusedAs } from './refusal.ts';
import { updateConference } from './updating.ts';
import type { Reader } from './views.ts';

/** Blueprints, which users read and system administrators change (RFC 6503 §5.3.1, §5.3.3). */
export class BlueprintControl {
  readonly #objects: ConferenceObjects;
  readonly #parts: Pick<ControlParts, 'people' | 'defaultBlueprint'>;

  constructor(objects: ConferenceObjects, parts: Pick<ControlParts, 'people' | 'defaultBlueprint'>) {
    this.#objects = objects;
    this.#parts = parts;
  }

  async list(call: Call, filter: AskedFilter | undefined): Promise<ObjectEntry[]> {
    if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to list blueprints.');
    return this.#objects.access.list(call, { kind: 'blueprint' }, filter);
  }

  async retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    return shown(await this.#objects.access.object(uri, 'blueprint', call), call);
  }

  async create(call: Call, document: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    const { people } = this.#parts;
    const { object } = await this.#objects.create(call, document, (identities) =>
      blueprintFrom(document, identities, people),
    );
    return shown(object, call);
  }

  async update(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    const after = await this.#objects
      .change(call, uri, 'blueprint', changes, (work) => updateConference(work, changes))
      .catch(refusedAs('conflict'));
    return shown(after, call);
  }

  async delete(call: Call, uri: XconUri): Promise<void> {
    requireSystemAdministrator(call);
    if (uri === this.#parts.defaultBlueprint) {
      throw new Refusal('not-for-this-object', 'The default blueprint stays: new conferences are made from it.');
    }
    await this.#objects.remove(call, uri, 'blueprint');
  }
}

/** A blueprint holds nothing that a user may not see (RFC 6503 §5.3.1). */
export const blueprintReader = ({ profile }: Call): Reader => ({ level: 'organizer', self: undefined, profile });

const shown = (object: ConferenceObject, call: Call): Promise<ObjectAnswer> => answer(object, blueprintReader(call));

function requireSystemAdministrator(call: Call): void {
  if (principalOf(call)?.systemAdministrator === true) return;
  throw new Refusal('not-for-this-object', 'Only a system administrator changes blueprints.');
}
