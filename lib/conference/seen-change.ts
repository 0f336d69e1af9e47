import type { PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { ObjectAccess } from './access.ts';
import type { Call } from './calls.ts';
import { objectAt } from './history.ts';
import type { ControlParts } from './control-parts.ts';
import type { Sight } from './sight.ts';
import { standingOf } from './standing.ts';
import { readerOf } from './views.ts';

/** One change of a conference as somebody may see it, without sidebars. */
export interface SeenChange {
  /** Of the conference now. */
  readonly newest: number;
  /** Absent when the change log does not reach back so far. */
  readonly step?: {
    /** Absent when the change made the conference, or when the reader was a stranger until then. */
    readonly before?: Sight;
    readonly after: Sight;
    readonly touched: readonly PartName[];
  };
}

/**
 * The change that made a version, with the rights that its reader has now; undefined when he may not watch, or might not
 * after that change.
 */
export async function seenChange(
  access: ObjectAccess,
  { repository, limits }: Pick<ControlParts, 'repository' | 'limits'>,
  call: Call,
  uri: XconUri,
  version: number,
): Promise<SeenChange | undefined> {
  const object = await access.durable(uri);
  const standing = object && (await access.watching(object, call));
  if (object === undefined || standing === undefined || object.version < version) return undefined;
  const newest = object.version;
  const after = await objectAt(object, version, repository, limits.named);
  if (after === undefined) return { newest };
  if (standingOf(after.object, call.caller).level === undefined) return undefined;
  const before = version === 1 ? undefined : await objectAt(after.object, version - 1, repository, limits.named);
  if (version > 1 && before === undefined) return { newest };
  const sight = (one: Sight['object']): Sight => ({
    ...{ object: one, reader: readerOf(call, standing), sidebars: new Map() },
  });
  const wasKnown = before !== undefined && standingOf(before.object, call.caller).level !== undefined;
  return {
    newest,
    step: {
      ...(wasKnown && { before: sight(before.object) }),
      after: sight(after.object),
      touched: before?.touched ?? [],
    },
  };
}
