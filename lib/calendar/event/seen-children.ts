import type { SeriesChild } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import type { SeenChild } from './events.ts';
import type { SeenConference } from './seen-conference.ts';

/**
 * What stands for some occurrences of a series, as its reader sees it; what he may not see is left out.
 * @param ranges for which occurrences, as far as he knows
 */
export async function seenChildren(
  uris: readonly XconUri[],
  ranges: readonly SeriesChild[],
  see: (uri: XconUri) => Promise<SeenConference | undefined>,
): Promise<SeenChild[]> {
  const known = new Map(ranges.map((range) => [range.uri, range]));
  const seen = await Promise.all(uris.map(see));
  return seen.flatMap((one): SeenChild[] => {
    if (one === undefined) return [];
    const range = known.get(one.uri);
    const entry = range?.entry;
    const endless = range !== undefined && range.to === undefined;
    return [{ ...one, endless, ...(entry !== undefined && { entry }) }];
  });
}
