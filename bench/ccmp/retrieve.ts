import { addUsers, makeConference } from './data.ts';
import { held, inTurn, median, type Figure } from '../figures.ts';
import { carry, type Carried, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { retrieve } from './messages.ts';
import { answerFile, newData, type Setting } from './setting.ts';

const CLIENTS = 32;
const USERS = 10;

/** confRequest/retrieve of a conference of ten, beside a bare server that sends the same bytes. */
export async function measureRetrieve(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  await addUsers(data, ['alice']);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const uri = await makeConference(plenary.url, 'alice', USERS - 1);
  const message = retrieve('alice', uri);
  const bare = await MeasuredProcess.bare(await answerFile(setting, plenary, message));
  const load: Load = {
    clients: CLIENTS,
    messagesOf: () => [message],
    expect: '<response-code>200</response-code>',
  };
  await plenary.forget();
  const { ours, theirs } = await inTurn(setting.rounds, {
    ours: () => carry(plenary, load, setting),
    theirs: () => carry(bare, load, setting),
  });
  const { held: longest } = await plenary.read();
  await Promise.all([plenary.stop(), bare.stop()]);
  return [rate('retrieve, 10 users', ours, theirs, 0.5), held('retrieve', longest)];
}

/** Requests per second as a share of the baseline's. */
export function rate(name: string, ours: readonly Carried[], theirs: readonly Carried[], atLeast: number): Figure {
  const of = (rounds: readonly Carried[], value: (one: Carried) => number): number => median(rounds.map(value));
  const [mine, bare] = [ours, theirs].map((rounds) => of(rounds, (one) => one.perSecond)) as [number, number];
  const tell = (rounds: readonly Carried[]): string =>
    `${of(rounds, (one) => one.perSecond).toFixed(0)}/s at ${(of(rounds, (one) => one.busy) * 100).toFixed(0)} % of a core`;
  return {
    name: `${name}: requests/s to bare`,
    value: mine / bare,
    unit: '',
    target: { atLeast },
    behind: `${tell(ours)}; bare ${tell(theirs)}`,
  };
}
