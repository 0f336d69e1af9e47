import { CONFERENCES, type ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { unknownTo } from './admission.ts';
import { callerId, userAnswer, versionOf } from './answers.ts';
import type { Call, ObjectAnswer, UserAnswer } from './calls.ts';
import { checkFocus, publishUsers } from './cascading.ts';
import type { Enter } from './change-rules.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { bringIn, type BroughtIn } from './joining.ts';
import { leave } from './leaving.ts';
import type { ConferenceObjects } from './objects.ts';
import { checkPassword } from './passwords.ts';
import { Refusal, refusedAs } from './refusal.ts';
import { isRefusedAdd, showRefused } from './refused-add.ts';
import { targetUser } from './target-user.ts';
import { updateRoster } from './updating.ts';
import { updateOwnOrOther } from './user-update.ts';
import { readerOf, usersView } from './views.ts';

/** Who is in conferences and sidebars: all of them, or one (RFC 6503 §5.3.5, §5.3.6). */
export class RosterControl {
  readonly #objects: ConferenceObjects;
  readonly #parts: Pick<ControlParts, 'attempts' | 'clock'>;

  constructor(objects: ConferenceObjects, parts: Pick<ControlParts, 'attempts' | 'clock'>) {
    this.#objects = objects;
    this.#parts = parts;
  }

  async retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, CONFERENCES);
    return { uri, version: object.version, view: await usersView(object, readerOf(call, standing)) };
  }

  async update(call: Call, uri: XconUri, changes: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateRoster(all, changes);
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, changes, work).catch(refusedAs('protected')));
  }

  async retrieveUser(call: Call, uri: XconUri, entity: XconUserId | undefined): Promise<UserAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, CONFERENCES);
    return userAnswer(object, call, standing, targetUser(object, standing, entity));
  }

  async createUser(call: Call, uri: XconUri, user: XmlElement | undefined): Promise<UserAnswer> {
    let brought: BroughtIn | undefined;
    // A stranger may come into a conference by himself; into a sidebar only those come who are asked.
    const enter: Enter = ({ header }, { level }) => {
      if (level === undefined && header.kind !== 'conference') throw unknownTo(call.caller);
    };
    const work = (all: Work): void => {
      brought = bringIn(all, user, (object, standing) => checkPassword(object, call, standing, this.#parts.attempts));
    };
    try {
      const after = await this.#objects.change(call, uri, CONFERENCES, user, work, enter);
      return await this.#broughtIn(call, after, brought);
    } catch (error) {
      if (brought?.shown !== undefined || !(error instanceof Refusal) || !isRefusedAdd(error)) throw error;
      const refused = (all: Work): void => {
        work(all);
        if (brought !== undefined) showRefused(all, brought.key, error, this.#parts.clock());
      };
      // Whatever has become of her meanwhile, this is the answer.
      await this.#objects.change(call, uri, CONFERENCES, user, refused, enter).catch(unlessRefused);
      throw error;
    }
  }

  async #broughtIn(call: Call, after: ConferenceObject, brought: BroughtIn | undefined): Promise<UserAnswer> {
    const key = brought?.key;
    const isNew = call.caller.kind === 'newcomer' && key !== undefined;
    const asked: Call = isNew ? { ...call, caller: { kind: 'guest', userId: key } } : call;
    const standing = await this.#objects.access.standing(after, asked);
    if (brought?.shown === undefined) return userAnswer(after, call, standing, key);
    return { version: after.version, caller: callerId(call, standing), user: brought.shown };
  }

  async updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateOwnOrOther(all, user);
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, user, work).catch(refusedAs('protected')));
  }

  async deleteUser(call: Call, uri: XconUri, entity: XconUserId | undefined): Promise<{ version: number }> {
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, undefined, (work) => leave(work, entity)));
  }

  /** Who is there through another focus. */
  async publish(call: Call, uri: XconUri, users: readonly XmlElement[] | undefined): Promise<void> {
    const enter: Enter = (object, own) => checkFocus(object, own, call, users);
    await this.#objects.change(call, uri, 'conference', undefined, (work) => publishUsers(work, users), enter);
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof Refusal)) throw error;
}
