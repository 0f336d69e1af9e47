import type { SeenChange } from '../conference/seen-change.ts';
import { shownUser, type Sight } from '../conference/sight.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { isConnected } from '../model/user.ts';
import { jsonDocument, jsonPatch, jsonUser, patchOf, type Json, type JsonObject } from '../notification/json.ts';
import type { Letter } from './registration.ts';

/** What a receiver is told of, one entry for each thing that happened in one change. */
interface ReportedEvent {
  readonly type:
    | `conference-${'created' | 'changed' | 'activated' | 'ended' | 'deleted'}`
    | `participant-${'joined' | 'left' | 'changed'}`;
  /** The participant as the receiver's owner may see her; of one who left, as she was. */
  readonly user?: Json;
}

type Step = NonNullable<SeenChange['step']>;

/** The body of a delivery; undefined where its reader sees no difference. */
export function reportOf(letter: Letter, seen: SeenChange): Buffer | undefined {
  const { step } = seen;
  // Nobody knows any more what it was: the receiver retrieves.
  if (step === undefined) return bodyOf(letter, [{ type: 'conference-changed' }]);
  const { before, after } = step;
  if (before === undefined) {
    const type = letter.version === 1 ? 'conference-created' : 'conference-changed';
    return bodyOf(letter, [{ type }], { document: jsonDocument(after) });
  }
  const changes = jsonPatch(before, after, step.touched);
  const events = eventsOf({ ...step, before }, changes);
  return events.length === 0 ? undefined : bodyOf(letter, events, { changes });
}

export const reportOfDeletion = (letter: Letter): Buffer => bodyOf(letter, [{ type: 'conference-deleted' }]);

/** What a receiver is told before an occurrence begins. */
export const reportOfReminder = ({ uri, at, reminds }: Letter & Pick<Required<Letter>, 'reminds'>): Buffer =>
  Buffer.from(
    JSON.stringify({
      conference: uri,
      time: new Date(at).toISOString(),
      events: [
        {
          type: 'reminder',
          occurrence: reminds.occurrence,
          start: new Date(reminds.start).toISOString(),
          ...(reminds.end !== undefined && { end: new Date(reminds.end).toISOString() }),
        },
      ],
    }),
  );

const bodyOf = (
  { uri, version, at }: Letter,
  events: readonly ReportedEvent[],
  more: { readonly changes?: Json; readonly document?: Json } = {},
): Buffer =>
  Buffer.from(
    JSON.stringify({
      conference: uri,
      ...(version > 0 && { version }),
      time: new Date(at).toISOString(),
      events,
      ...more,
    }),
  );

function eventsOf({ before, after, touched }: Step & { before: Sight }, changes: JsonObject): ReportedEvent[] {
  const events: ReportedEvent[] = [];
  const told = new Set<string>();
  for (const { kind, key } of touched) {
    if (kind !== 'user') continue;
    const [old, now] = [before, after].map((sight) => shownUser(sight, key as XconUserId));
    const [was, is] = [old, now].map((user) => user !== undefined && isConnected(user));
    if (was !== true && is !== true) continue;
    for (const user of [old, now]) told.add(user?.attribute('entity') ?? '');
    const what = was !== true ? 'joined' : is !== true ? 'left' : 'changed';
    const shown = what === 'left' ? old : now;
    const differs = patchOf(old && jsonUser(old), now && jsonUser(now)) !== undefined;
    if (shown !== undefined && differs) events.push({ type: `participant-${what}`, user: jsonUser(shown) });
  }
  const [wasActive, isActive] = [before, after].map(({ object }) => object.header.active);
  if (isActive !== wasActive) events.unshift({ type: isActive === true ? 'conference-activated' : 'conference-ended' });
  if (saysMore(changes, told)) events.unshift({ type: 'conference-changed' });
  return events;
}

/** Whether a difference holds more than what follows from participants who come, change and go. */
function saysMore(changes: JsonObject, told: ReadonlySet<string>): boolean {
  const { users = {}, 'conference-state': state = {}, ...rest } = changes as Record<string, JsonObject | null>;
  const isMore = (object: Json | undefined, known: (name: string) => boolean): boolean =>
    object !== undefined && !(object !== null && Object.keys(object).every(known));
  return (
    Object.keys(rest).length > 0 ||
    isMore(state, (name) => name === 'user-count' || name === 'active') ||
    isMore(users, (name) => name === 'user') ||
    isMore(users?.['user'] ?? {}, (name) => told.has(name))
  );
}
