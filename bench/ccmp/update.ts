import { addUsers, makeConference } from './data.ts';
import { held, inTurn, type Figure } from '../figures.ts';
import { carry, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { rename } from './messages.ts';
import { rate } from './retrieve.ts';
import { answerFile, newData, type Setting } from './setting.ts';

const CLIENTS = 64;

/** Durable confRequest/update by 64 clients at once, of 64 conferences and of one. */
export async function measureUpdate(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  await addUsers(data, ['alice']);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const uris: string[] = [];
  for (let made = 0; made < CLIENTS; made++) uris.push(await makeConference(plenary.url, 'alice', 9));
  const file = await answerFile(setting, plenary, rename('alice', uriOf(uris, 0), 'Planning'));
  const bare = await MeasuredProcess.bare(file);
  const loadOn = (choose: (client: number) => string): Load => ({
    clients: CLIENTS,
    messagesOf: (client) =>
      ['Planning', 'Review', 'Budget'].map((subject) =>
        rename('alice', choose(client), `${subject} of client ${client}`),
      ),
    expect: '<response-code>200</response-code>',
  });
  const different = loadOn((client) => uriOf(uris, client));
  const one = loadOn(() => uriOf(uris, 0));
  const measured = await inTurn(setting.rounds, {
    different: () => carry(plenary, different, setting),
    one: () => carry(plenary, one, setting),
    bare: () => carry(bare, different, setting),
  });
  const { held: longest } = await plenary.read();
  await Promise.all([plenary.stop(), bare.stop()]);
  return [
    rate('update, 64 clients, 64 conferences', measured.different, measured.bare, 0.2),
    rate('update, 64 clients, one conference', measured.one, measured.bare, 0.15),
    held('update', longest),
  ];
}

const uriOf = (uris: readonly string[], index: number): string => uris[index] ?? '';
