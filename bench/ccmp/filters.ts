import { held, median, type Figure } from '../figures.ts';
import { headersOf } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { idOf, list } from './messages.ts';
import { MILLION } from './million.ts';
import type { Setting } from './setting.ts';
import { LISTED, REVIEWED, storeOf } from './stored.ts';

const LISTS = 50;
const DESCRIPTION = '/conference-info/conference-description';

const FILTERS: Readonly<Record<string, string>> = {
  subject: `${DESCRIPTION}/subject = '${REVIEWED.subject}'`,
  day: `contains(${DESCRIPTION}/conference-time/entry/base, 'DTSTART:${REVIEWED.day}')`,
  activity: `/conference-info/conference-state/active = 'true'`,
  user: `/conference-info/users/user/@entity = '${idOf('lister')}'`,
  medium: `${DESCRIPTION}/available-media/entry/type = '${REVIEWED.medium}'`,
};

/** A system administrator's filters over a million conferences, each of which selects some. */
export async function measureFilters(setting: Setting): Promise<Figure[]> {
  const server = await MeasuredProcess.plenary(setting.program, await storeOf(setting, MILLION));
  const figures: Figure[] = [];
  // Compilers need some turns before a figure stays where it is.
  for (const expression of Object.values(FILTERS)) await timeLists(server, expression);
  await server.look();
  for (const [name, expression] of Object.entries(FILTERS)) {
    const [first = NaN, ...times] = await timeLists(server, expression);
    figures.push({
      name: `1,000,000 conferences: ${LISTED} by a filter on ${name}`,
      value: median(times),
      unit: 'ms',
      target: { atMost: 50 },
      behind: `median of ${LISTS}; slowest ${Math.max(...times).toFixed(1)} ms, the very first ${first.toFixed(1)} ms`,
    });
  }
  const { held: longest } = await server.rest();
  await server.stop();
  return [...figures, held('filters', longest)];
}

/** Milliseconds that each of some lists took, one after the other over one connection. */
async function timeLists(server: MeasuredProcess, expression: string): Promise<number[]> {
  const { by, body } = list('root', expression);
  const times: number[] = [];
  for (let listed = 0; listed <= LISTS; listed++) {
    const begun = performance.now();
    const response = await fetch(server.url, { method: 'POST', headers: headersOf(by), body: new Uint8Array(body) });
    const text = await response.text();
    times.push(performance.now() - begun);
    if (text.split('</info:entry>').length - 1 !== LISTED) throw new Error(`not a list of ${LISTED}: ${text}`);
  }
  return times;
}
