import { addUsers, clientOf, makeConference, numbered } from './data.ts';
import { held, inTurn, median, type Figure } from '../figures.ts';
import { carry, type Carried, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { info } from '../../lib/model/names.ts';
import { idOf, join, leave, mute, rename, type Message } from './messages.ts';
import { answerFile, newData, type Setting } from './setting.ts';

const CLIENTS = 64;
/** Requests of each client in a round: so many joins, then the same people leave. */
const EACH = 16;
/** Its turns are short, so it takes more of them until the code of server and baselines is compiled. */
const WARM_UP = 15;
const SMALL = 10;
const LARGE = 10_000;

const ACTS = ['mute', 'join', 'leave', 'refused'] as const;
type Act = (typeof ACTS)[number];

const OK = '<response-code>200</response-code>';
const REFUSED = '<response-code>409</response-code>';

/**
 * What one change costs in a conference of ten thousand, beside the same in conferences of ten (each client has one) and
 * beside a bare server that parses the same body.
 */
export async function measureLarge(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  const names = numbered('u', CLIENTS * EACH);
  await addUsers(data, ['alice', 'p0', ...names]);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const large = await makeConference(plenary.url, 'alice', LARGE - 1);
  const small: string[] = [];
  for (let made = 0; made < CLIENTS; made++) small.push(await makeConference(plenary.url, 'alice', SMALL - 1));

  const inLarge = loads(
    () => large,
    (client, index, round) => [`p${1 + client * EACH + index}`, round % 2 === 0],
  );
  const inSmall = loads(
    (client) => small[client] ?? '',
    (_, index) => [`p${1 + (index % (SMALL - 2))}`, index < SMALL - 2],
  );
  const bare = new Map<Act, MeasuredProcess>();
  for (const act of ACTS) {
    const [message] = inSmall[act].messagesOf(0);
    if (message === undefined) throw new Error(`nothing to send for ${act}`);
    bare.set(act, await MeasuredProcess.bare(await answerFile(setting, plenary, message), { parse: true }));
  }
  // The samples above let u0 join and leave; the rounds find every conference as it was.
  const extent = { each: EACH };
  const figures: Figure[] = [];
  const all = {
    ...subjects('large', (act) => carry(plenary, inLarge[act], extent)),
    ...subjects('small', (act) => carry(plenary, inSmall[act], extent)),
    ...subjects('bare', (act) => carry(server(bare, act), inSmall[act], extent)),
  };
  const measured = await inTurn(setting.rounds, all, WARM_UP);
  for (const act of ACTS) figures.push(...compare(act, measured));
  figures.push(held('10,000 users', (await plenary.read()).held));
  await Promise.all([plenary.stop(), ...[...bare.values()].map((one) => one.stop())]);
  figures.push(await measureFirstChange(setting, data, large));
  return figures;
}

type Subject = `${'large' | 'small' | 'bare'} ${Act}`;

const subjects = (size: 'large' | 'small' | 'bare', run: (act: Act) => Promise<Carried>) =>
  Object.fromEntries(ACTS.map((act) => [`${size} ${act}`, () => run(act)])) as Record<Subject, () => Promise<Carried>>;

function server(bare: ReadonlyMap<Act, MeasuredProcess>, act: Act): MeasuredProcess {
  const found = bare.get(act);
  if (found === undefined) throw new Error(`no baseline for ${act}`);
  return found;
}

/** Joins come before leaves, so a round ends as it began; each mute changes something and is taken back later. */
function loads(
  uriOf: (client: number) => string,
  mutedOf: (client: number, index: number, round: number) => readonly [name: string, muted: boolean],
) {
  const indices = Array.from({ length: EACH }, (_, index) => index);
  const nameOf = (client: number, index: number): string => `u${client * EACH + index}`;
  const load = (expect: string, message: (client: number, index: number) => Message): Load => ({
    clients: CLIENTS,
    messagesOf: (client) => indices.map((index) => message(client, index)),
    expect,
  });
  let rounds = 0;
  return {
    get mute() {
      const round = rounds++;
      return load(OK, (client, index) => mute('alice', uriOf(client), ...mutedOf(client, index, round)));
    },
    join: load(OK, (client, index) => join(nameOf(client, index), uriOf(client))),
    leave: load(OK, (client, index) => leave(nameOf(client, index), uriOf(client))),
    refused: load(REFUSED, (client) => rename('p0', uriOf(client), 'Mine')),
  };
}

function compare(act: Act, measured: Record<Subject, Carried[]>): Figure[] {
  const of = (size: 'large' | 'small' | 'bare'): number => median(measured[`${size} ${act}`].map((one) => one.cpu));
  const [large, small, bare] = [of('large'), of('small'), of('bare')];
  const micro = (value: number): string => `${(value * 1_000).toFixed(0)} µs`;
  const name = act === 'refused' ? 'refused change' : act;
  return [
    {
      name: `${name}, 10,000 users: CPU to 10 users`,
      value: large / small,
      unit: '',
      target: { atMost: 2 },
      behind: `${micro(large)}; 10 users ${micro(small)}`,
    },
    {
      name: `${name}, 10,000 users: CPU to bare`,
      value: large / bare,
      unit: '',
      target: { atMost: 3 },
      behind: `${micro(large)}; bare ${micro(bare)}`,
    },
  ];
}

/** The first change of a conference of ten thousand after a restart finds it in the store only. */
async function measureFirstChange(setting: Setting, data: string, uri: string): Promise<Figure> {
  const stalls: number[] = [];
  for (let round = 0; round < setting.rounds; round++) {
    const plenary = await MeasuredProcess.plenary(setting.program, data);
    await plenary.look();
    await clientOf(plenary.url, 'alice').updateUser(
      uri,
      info('user', { entity: idOf('p1') }, [info('display-text', {}, [`Renamed ${round}`])]),
    );
    stalls.push((await plenary.rest()).held);
    await plenary.stop();
  }
  return {
    name: 'first change after a restart, 10,000 users: event loop held',
    value: Math.max(...stalls),
    unit: 'ms',
    target: { atMost: 50 },
    behind: `the worst of ${stalls.map((stall) => stall.toFixed(0)).join(', ')} ms`,
  };
}
