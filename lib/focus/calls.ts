import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { Call } from './call.ts';

/** Every call there is, by where it belongs. */
export class Calls {
  readonly #byId = new Map<string, Call>();
  readonly #byDialog = new Map<string, Call>();
  readonly #byConference = new Map<XconUri, Map<XconUserId, Set<Call>>>();

  get size(): number {
    return this.#byId.size;
  }

  add(call: Call): void {
    this.#byId.set(call.id, call);
    const users = this.#byConference.get(call.conference) ?? new Map<XconUserId, Set<Call>>();
    this.#byConference.set(call.conference, users);
    const calls = users.get(call.user) ?? new Set();
    users.set(call.user, calls.add(call));
  }

  /** The call has a dialog now. */
  addDialog(dialog: string, call: Call): void {
    this.#byDialog.set(dialog, call);
  }

  delete(call: Call): void {
    this.#byId.delete(call.id);
    if (call.session !== undefined) this.#byDialog.delete(call.session.dialog.id);
    const users = this.#byConference.get(call.conference);
    const calls = users?.get(call.user);
    calls?.delete(call);
    if (calls?.size === 0) users?.delete(call.user);
    if (users?.size === 0) this.#byConference.delete(call.conference);
  }

  /** By the name of its leg. */
  find(id: string): Call | undefined {
    return this.#byId.get(id);
  }

  ofDialog(dialog: string): Call | undefined {
    return this.#byDialog.get(dialog);
  }

  /** Those of one user, from as many devices as he has. */
  of(conference: XconUri, user: XconUserId): Iterable<Call> {
    return this.#byConference.get(conference)?.get(user) ?? [];
  }

  *in(conference: XconUri): Generator<Call> {
    for (const calls of this.#byConference.get(conference)?.values() ?? []) yield* calls;
  }

  all(): Iterable<Call> {
    return this.#byId.values();
  }
}
