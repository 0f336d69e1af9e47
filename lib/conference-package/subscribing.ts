import type { Call, Caller } from '../conference/calls.ts';
import type { Principal } from '../directory/principal.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { Refusal } from '../sip/event/package.ts';

/** Who subscribes, as it is stored. */
export interface Subscribing {
  readonly user: XconUserId;
  /** Addresses of a user whom the directory does not know. */
  readonly addresses?: readonly string[];
  /** A guest of the conference, who called it. */
  readonly guest?: true;
  /** An address, for limits on attempts. */
  readonly source: string;
}

/** Whom requests come from. */
export interface Senders {
  /** Who sends a request outside of dialogs. */
  identify(server: Incoming): Promise<{ readonly principal: Principal; readonly source: string } | Refusal>;
  /** As whom a participant acts in the dialog of his call. */
  participant?(server: Incoming): Caller | undefined;
}

interface People {
  principalById(userId: XconUserId): Promise<Principal | undefined>;
}

export async function subscribing(server: Incoming, senders: Senders, people: People): Promise<Subscribing | Refusal> {
  const participant = senders.participant?.(server);
  const source = server.flow.remote.address;
  if (participant?.kind === 'guest') return { user: participant.userId, guest: true, source };
  const sender =
    participant?.kind === 'user' ? { principal: participant.principal, source } : await senders.identify(server);
  if ('status' in sender) return sender;
  const { userId: user, addresses } = sender.principal;
  const isKnown = (await people.principalById(user)) !== undefined;
  return { user, source: sender.source, ...(!isKnown && { addresses }) };
}

/** How a subscriber appears to the rules now; undefined where there is no such user any more. */
export async function subscribersCall(
  { user, addresses, guest, source }: Subscribing,
  people: People,
): Promise<Call | undefined> {
  if (guest === true) return { caller: { kind: 'guest', userId: user }, source, profile: 'standard' };
  const listed = await people.principalById(user);
  const principal = listed ?? (addresses && { userId: user, addresses, systemAdministrator: false });
  return principal && callOf(principal, source);
}

export const callOf = (principal: Principal, source: string): Call => ({
  caller: { kind: 'user', principal },
  source,
  profile: 'standard',
});
