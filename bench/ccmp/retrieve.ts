import { addUsers, makeConference } from './data.ts';
import { held, inTurn, median, type Figure } from '../figures.ts';
import { carry, type Carried, type Load } from './load.ts';
import { CertificationAuthority } from '../../test/support/certificates.ts';
import { MeasuredProcess, type Certificate } from './measured-process.ts';
import { retrieve } from './messages.ts';
import { answerFile, newData, type Setting } from './setting.ts';

const CLIENTS = 32;
const USERS = 10;

/** confRequest/retrieve of a conference of ten, beside a bare server that sends the same bytes. */
export async function measureRetrieve(setting: Setting): Promise<Figure[]> {
  const { ours, theirs, longest } = await measure(setting);
  return [rate('retrieve, 10 users', ours, theirs, 0.5), held('retrieve', longest)];
}

/** The same, both over TLS. */
export async function measureTls(setting: Setting): Promise<Figure[]> {
  const authority = new CertificationAuthority();
  const { ours, theirs, longest } = await measure(setting, authority.issue('IP:127.0.0.1')).finally(() =>
    authority.close(),
  );
  return [rate('retrieve over TLS', ours, theirs, 0.4), held('retrieve over TLS', longest)];
}

async function measure(setting: Setting, tls?: Certificate) {
  const data = newData(setting);
  await addUsers(data, ['alice']);
  const plenary = await MeasuredProcess.plenary(setting.program, data, tls);
  const uri = await makeConference(plenary.url, 'alice', USERS - 1);
  const message = retrieve('alice', uri);
  const bare = await MeasuredProcess.bare(await answerFile(setting, plenary, message), { ...(tls && { tls }) });
  const load: Load = {
    clients: CLIENTS,
    messagesOf: () => [message],
    expect: '<response-code>200</response-code>',
    secure: tls !== undefined,
  };
  const { ours, theirs } = await inTurn(setting.rounds, {
    ours: () => carry(plenary, load, setting),
    theirs: () => carry(bare, load, setting),
  });
  const { held: longest } = await plenary.read();
  await Promise.all([plenary.stop(), bare.stop()]);
  return { ours, theirs, longest };
}

/** Requests per second as a share of the baseline's. */
export function rate(name: string, ours: readonly Carried[], theirs: readonly Carried[], atLeast: number): Figure {
  const of = (rounds: readonly Carried[], value: (one: Carried) => number): number => median(rounds.map(value));
  const [mine, bare] = [ours, theirs].map((rounds) => of(rounds, (one) => one.perSecond)) as [number, number];
  const tell = (rounds: readonly Carried[]): string =>
    `${of(rounds, (one) => one.perSecond).toFixed(0)}/s, ${(of(rounds, (one) => one.cpu) * 1_000).toFixed(0)} µs each, ` +
    `${(of(rounds, (one) => one.busy) * 100).toFixed(0)} % of a core`;
  return {
    name: `${name}: requests/s to bare`,
    value: mine / bare,
    unit: '',
    target: { atLeast },
    behind: `${tell(ours)}; bare ${tell(theirs)}`,
  };
}
