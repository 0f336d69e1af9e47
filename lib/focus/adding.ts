import type { Call as Asking, UserAnswer } from '../conference/calls.ts';
import { endpointOf } from '../conference/endpoints.ts';
import { findUser } from '../conference/people.ts';
import { Refusal } from '../conference/refusal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { statusOf } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Extras } from './dial-out.ts';
import type { DialOuts, Progress } from './dial-outs.ts';
import type { EndpointState } from '../conference/endpoint-state.ts';
import { finalOf } from './ring.ts';

export interface AddingParts {
  readonly control: {
    createUser(call: Asking, uri: XconUri, user: XmlElement): Promise<UserAnswer>;
    retrieveUser(call: Asking, uri: XconUri, entity?: XconUserId): Promise<UserAnswer>;
  };
  readonly endpoints: {
    object(uri: XconUri): Promise<ConferenceObject | undefined>;
    report(uri: XconUri, user: XconUserId, entity: string, state: EndpointState): Promise<unknown>;
  };
  readonly dialOuts: Pick<DialOuts, 'attend'>;
  /** The domain in which identifiers are made. */
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly date: () => number;
}

/** Brings people into conferences by the rules of userRequest/create, which has them called. */
export class Adding {
  readonly #parts: AddingParts;

  constructor(parts: AddingParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when somebody is being called, or is there already. `progress` is told how the call goes on, until its final step.
   * @throws {Refusal} of the rules
   */
  async add(
    asking: Asking,
    conference: XconUri,
    address: string,
    progress: Progress,
    extras: Extras = {},
  ): Promise<void> {
    const object = await this.#parts.endpoints.object(conference);
    if (object !== undefined && (await this.#seesIn(asking, object, address))) {
      progress(finalOf(200));
      return;
    }
    const release = this.#parts.dialOuts.attend(
      conference,
      address,
      (step) => {
        if (step.status >= 200) release();
        progress(step);
      },
      extras,
    );
    try {
      const { user } = await this.#parts.control.createUser(asking, conference, this.#user(address));
      await this.#refer(asking, conference, user, address);
    } catch (error) {
      // Somebody else wants her too: she is called once, for both.
      if (isConflict(error) && (await this.#isCalled(conference, address))) return;
      release();
      throw error;
    }
  }

  /** Known addresses lead to their users; the rules give anybody else an id. */
  #user(address: string): XmlElement {
    const aor = info('entry', {}, [info('uri', {}, [address])]);
    return info('user', { entity: `xcon-userid:AUTO_GENERATE_1@${this.#parts.domain}` }, [
      info('associated-aors', {}, [aor]),
      info('endpoint', { entity: address }),
    ]);
  }

  /** Who wanted the call (RFC 4575 §5.7.2). */
  async #refer({ caller }: Asking, conference: XconUri, user: XmlElement, address: string): Promise<void> {
    const by = caller.kind === 'user' ? (caller.principal.addresses[0] ?? caller.principal.userId) : undefined;
    const referred = { when: this.#parts.date(), ...(by !== undefined && { by }) };
    const key = user.attribute('entity') as XconUserId;
    await this.#parts.endpoints.report(conference, key, address, { referred });
  }

  /** Whether somebody is in the conference whom the asking one may see there. */
  async #seesIn(asking: Asking, object: ConferenceObject, address: string): Promise<boolean> {
    const key = findUser(object, address);
    if (key === undefined || object.users.get(key)?.facts.connected !== true) return false;
    try {
      const { user } = await this.#parts.control.retrieveUser(asking, object.uri, key);
      return user.first(CONFERENCE_INFO, 'endpoint') !== undefined;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async #isCalled(conference: XconUri, address: string): Promise<boolean> {
    const object = await this.#parts.endpoints.object(conference);
    const key = object && findUser(object, address);
    const record = key && object.users.get(key);
    const endpoint = record && endpointOf(record, address);
    return endpoint !== undefined && CALLED.has(statusOf(endpoint));
  }
}

const CALLED = new Set(['dialing-out', 'alerting']);

const isConflict = (error: unknown): boolean => error instanceof Refusal && error.reason === 'conflict';
