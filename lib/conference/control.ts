import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Call, ObjectAnswer, ObjectEntry, UserAnswer } from './calls.ts';

/**
 * The conference control: the only writer of conference objects. Elements given to it bear their names of the data
 * model (`conference-info`, `users`, `user`); placeholders AUTO_GENERATE_n are still in them. Every method throws a
 * `Refusal` when the rules refuse.
 */
export interface ConferenceControl {
  blueprints(call: Call): Promise<ObjectEntry[]>;
  retrieveBlueprint(call: Call, uri: XconUri): Promise<ObjectAnswer>;
  /** For system administrators; the entity of the document names the new blueprint, or it is generated. */
  createBlueprint(call: Call, document: XmlElement): Promise<ObjectAnswer>;
  updateBlueprint(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer>;
  deleteBlueprint(call: Call, uri: XconUri): Promise<void>;

  /** The conferences that the caller organises, takes part in or is invited to; all for a system administrator. */
  conferences(call: Call): Promise<ObjectEntry[]>;
  retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer>;
  /** Clones `parent`, or builds from `document`, or clones the default blueprint (RFC 6503 §5.3.4). */
  create(call: Call, source: { parent?: XconUri; document?: XmlElement }): Promise<ObjectAnswer>;
  update(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer>;
  delete(call: Call, uri: XconUri): Promise<void>;

  retrieveUsers(call: Call, uri: XconUri): Promise<ObjectAnswer>;
  updateUsers(call: Call, uri: XconUri, changes: XmlElement): Promise<{ version: number }>;

  retrieveUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<UserAnswer>;
  /** Without an element: the caller himself. A guest or newcomer must give one (RFC 6503 §5.3.6). */
  createUser(call: Call, uri: XconUri, user?: XmlElement): Promise<UserAnswer>;
  updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<{ version: number }>;
  deleteUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<{ version: number }>;
}
