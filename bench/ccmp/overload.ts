import { held, median, type Figure } from '../figures.ts';
import { addUsers, makeConference, numbered } from './data.ts';
import { carry, press, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { rename } from './messages.ts';
import { newData, type Setting } from './setting.ts';

/** So many clients without a pause saturate the server. */
const CLIENTS = 64;
/** So many that more is in flight than the server works on at once. */
const CROWD = 1_500;
/** One alone may not have so much in flight. */
const USERS = 8;

/**
 * Durable updates of 64 conferences of ten: first as many as the server can do, then a crowd that asks for twice as many,
 * some of which it refuses at once.
 */
export async function measureOverload(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  const users = numbered('u', USERS);
  await addUsers(data, users);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const conferences: { readonly by: string; readonly uri: string }[] = [];
  for (let made = 0; made < CLIENTS; made++) {
    const by = `u${made % USERS}`;
    conferences.push({ by, uri: await makeConference(plenary.url, by, 9) });
  }
  const loadOf = (clients: number): Load => ({
    clients,
    messagesOf: (client) => {
      const { by = '', uri = '' } = conferences[client % CLIENTS] ?? {};
      return ['Planning', 'Review'].map((subject) => rename(by, uri, `${subject} of ${client}`));
    },
    expect: '<response-code>200</response-code>',
  });
  const peaks: number[] = [];
  const crowds: Awaited<ReturnType<typeof press>>[] = [];
  // The first turn warms up.
  for (let turn = 0; turn <= setting.rounds; turn++) {
    const { perSecond } = await carry(plenary, loadOf(CLIENTS), setting);
    const crowd = await press(plenary, loadOf(CROWD), 2 * perSecond, setting.seconds);
    if (turn === 0) {
      await plenary.forget();
      continue;
    }
    peaks.push(perSecond);
    crowds.push(crowd);
  }
  const { held: longest } = await plenary.read();
  await plenary.stop();
  const of = (value: (crowd: (typeof crowds)[number]) => number): number => median(crowds.map(value));
  return [
    {
      name: 'updates under twice the load: done to peak',
      value: median(crowds.map(({ accepted }, round) => accepted / (peaks[round] ?? NaN))),
      unit: '',
      target: { atLeast: 0.8 },
      behind: `${of(({ accepted }) => accepted).toFixed(0)}/s and ${of(({ refused }) => refused).toFixed(0)}/s refused; peak ${median(peaks).toFixed(0)}/s`,
    },
    {
      name: 'updates under twice the load: p99 of what is done',
      value: of(({ slow }) => slow),
      unit: 'ms',
      target: { atMost: 1_000 },
    },
    held('updates under twice the load', longest),
  ];
}
