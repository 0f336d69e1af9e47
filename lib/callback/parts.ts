import type { Call } from '../conference/calls.ts';
import type { ChangeListener, Guard } from '../conference/changes.ts';
import type { SeenChange } from '../conference/seen-change.ts';
import type { Principal } from '../directory/principal.ts';
import type { Outbound } from '../http/outbound.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { Clock } from '../notification/watching.ts';
import type { Log } from '../outbox/follower.ts';
import type { Records } from '../outbox/letter.ts';
import type { CallbackLimits, Letter, Registration } from './registration.ts';

/** The conference control, as far as callbacks need it. */
export interface CalledControl {
  watch(call: Call, uri: XconUri): Promise<unknown>;
  mayWatch(call: Call, uri: XconUri): Promise<boolean>;
  seenChange(call: Call, uri: XconUri, version: number): Promise<SeenChange | undefined>;
  onChange(listener: ChangeListener): void;
  addGuard(guard: Guard): void;
}

/** Who was entitled to hear of a deletion, noted before it is committed: afterwards nobody could tell. */
export interface Farewell {
  readonly uri: XconUri;
  readonly registrations: readonly string[];
}

export interface CallbackParts {
  readonly control: CalledControl;
  readonly people: { principalById(userId: XconUserId): Promise<Principal | undefined> };
  readonly log: Log;
  readonly registrations: Records<Registration>;
  readonly letters: Records<Letter>;
  readonly farewells: Records<Farewell>;
  /** From which the secrets of registrations follow. */
  readonly key: Buffer;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly limits?: Partial<CallbackLimits>;
  readonly onError: (error: unknown) => void;
}
