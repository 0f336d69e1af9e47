import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Series } from './series.ts';

/** Where somebody comes who asks for a series: who has people, then what began last; the series when nothing goes on. */
export function reachedIn({ objects, root }: Series): XconUri {
  const running = objects.filter(({ header }) => header.active);
  const best = running.toSorted((a, b) => rank(b) - rank(a) || begun(b) - begun(a))[0];
  return best?.uri ?? root;
}

const rank = ({ counts }: ConferenceObject): number => Math.sign(counts.connected + counts.pending);
const begun = ({ header }: ConferenceObject): number => header.occurrence?.start ?? 0;
