import { held, inTurn, median, type Figure } from '../figures.ts';
import { carry, headersOf, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { list, rename } from './messages.ts';
import type { Setting } from './setting.ts';
import { LISTED, storeOf, workingSet, WORKING_SET } from './stored.ts';

export const MILLION = 1_000_000;
const CLIENTS = 64;
const LISTS = 100;

/** A store of a million conferences: its start, a list in it, and changes beside those in a store of a thousand. */
export async function measureMillion(setting: Setting): Promise<Figure[]> {
  const [million, thousand] = [await storeOf(setting, MILLION), await storeOf(setting, WORKING_SET)];
  const starts: number[] = [];
  for (let round = 0; round < setting.rounds; round++) {
    const started = await MeasuredProcess.plenary(setting.program, million);
    starts.push(started.started);
    await started.stop();
  }
  const large = await MeasuredProcess.plenary(setting.program, million);
  const small = await MeasuredProcess.plenary(setting.program, thousand);
  const { rss } = await large.read();
  await large.look();
  const lists = await timeLists(large);
  await large.rest();
  const measured = await inTurn(setting.rounds, {
    large: () => carry(large, updates(MILLION), setting),
    small: () => carry(small, updates(WORKING_SET), setting),
  });
  const { held: longest } = await large.read();
  await Promise.all([large.stop(), small.stop()]);
  const [inLarge, inSmall] = [measured.large, measured.small].map((rounds) =>
    median(rounds.map((round) => round.perSecond)),
  ) as [number, number];
  return [
    { name: '1,000,000 conferences: start', value: median(starts), unit: 'ms', target: { atMost: 2_000 } },
    { name: '1,000,000 conferences: memory (RSS)', value: rss / 2 ** 20, unit: 'MiB', target: { atMost: 238 } },
    {
      name: `1,000,000 conferences: a list of ${LISTED}`,
      value: median(lists),
      unit: 'ms',
      target: { atMost: 10 },
      behind: `median of ${LISTS}; slowest ${Math.max(...lists.slice(1)).toFixed(1)} ms, the very first ${lists[0]?.toFixed(1) ?? ''} ms`,
    },
    {
      name: '1,000,000 conferences: update of 1,000 to 1,000 in all',
      value: inSmall / inLarge,
      unit: '',
      target: { atMost: 1.2 },
      behind: `${inLarge.toFixed(0)}/s; 1,000 in all ${inSmall.toFixed(0)}/s`,
    },
    held('1,000,000 conferences', longest),
  ];
}

/** Milliseconds that each of some lists took, one after the other over one connection. */
async function timeLists(server: MeasuredProcess): Promise<number[]> {
  const { by, body } = list('lister');
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

/** Each client changes its share of the working set, one conference after the other. */
function updates(count: number): Load {
  const uris = workingSet(count);
  return {
    clients: CLIENTS,
    messagesOf: (client) =>
      ['Planning', 'Review'].flatMap((subject) =>
        uris.filter((_, index) => index % CLIENTS === client).map((uri) => rename('worker', uri, subject)),
      ),
    expect: '<response-code>200</response-code>',
  };
}
