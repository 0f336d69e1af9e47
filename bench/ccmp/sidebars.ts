import { held, inTurn, median, type Figure } from '../figures.ts';
import { addUsers, clientOf, makeConference } from './data.ts';
import { carry, type Carried, type Load } from './load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { rename, renameSidebar, retrieve, retrieveSidebar, type Message } from './messages.ts';
import { newData, type Setting } from './setting.ts';

const CLIENTS = 32;
const USERS = 10;
const SIDEBARS = 10;

/**
 * What sidebars by value cost: each stands in the document of its conference and is a conference of its own, so whoever
 * retrieves the conference retrieves them all, and who changes one changes both.
 */
export async function measureSidebars(setting: Setting): Promise<Figure[]> {
  const data = newData(setting);
  await addUsers(data, ['alice']);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const plain: string[] = [];
  const sidebars: string[] = [];
  let main = '';
  for (let made = 0; made < CLIENTS; made++) {
    plain.push(await makeConference(plenary.url, 'alice', USERS - 1));
    main = await makeConference(plenary.url, 'alice', USERS - 1);
    sidebars.push((await clientOf(plenary.url, 'alice').createSidebar('Val', main)).uri);
  }
  for (let more = 1; more < SIDEBARS; more++) await clientOf(plenary.url, 'alice').createSidebar('Val', main);
  const at = (uris: readonly string[], client: number): string => uris[client] ?? '';
  const load = (messagesOf: (client: number) => readonly Message[]) => (): Promise<Carried> =>
    carry(
      plenary,
      { clients: CLIENTS, messagesOf, expect: '<response-code>200</response-code>' } satisfies Load,
      setting,
    );
  const subjects = ['Planning', 'Review'];
  const measured = await inTurn(setting.rounds, {
    retrieve: load((client) => [retrieve('alice', at(plain, client))]),
    retrieveSidebar: load((client) => [retrieveSidebar('alice', at(sidebars, client))]),
    retrieveMain: load(() => [retrieve('alice', main)]),
    update: load((client) => subjects.map((subject) => rename('alice', at(plain, client), subject))),
    updateSidebar: load((client) => subjects.map((subject) => renameSidebar('alice', at(sidebars, client), subject))),
  });
  const { held: longest } = await plenary.read();
  await plenary.stop();
  const compare = (name: string, one: readonly Carried[], other: readonly Carried[], atMost: number): Figure => {
    const [mine, its] = [one, other].map((rounds) => median(rounds.map(({ cpu }) => cpu * 1_000))) as [number, number];
    return {
      name,
      value: mine / its,
      unit: '',
      target: { atMost },
      behind: `${mine.toFixed(0)} µs; ${its.toFixed(0)} µs`,
    };
  };
  const { retrieve: one, update } = measured;
  return [
    compare('retrieve a sidebar: CPU to a conference', measured.retrieveSidebar, one, 1.5),
    compare(
      `retrieve a conference with ${SIDEBARS} sidebars: CPU to one without`,
      measured.retrieveMain,
      one,
      SIDEBARS + 1,
    ),
    compare('update a sidebar: CPU to a conference', measured.updateSidebar, update, 3),
    held('sidebars', longest),
  ];
}
