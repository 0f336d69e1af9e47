// A weekly conference: its occurrences, one of them moved (RFC 5239 §7.4), another cancelled, all deleted.
// Run: `npm start` in one terminal, `npx tsx examples/weekly-series/main.ts` in another.
import { ConferenceControlClient, info, xcon, type XmlElement } from 'plenary/client';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const [name = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = name.includes('@') ? name : `${name}@example.com`;

const HOUR = 3_600_000;
// Four times from a week ahead on, at the same hour of Berlin's clocks whether they show summer or winter time.
const first = new Date(Date.now() + 7 * 24 * HOUR).toISOString().slice(0, 10).replaceAll('-', '');

const client = new ConferenceControlClient({ url: server, user, password });
const { uri } = await client.create({
  document: described('xcon:AUTO_GENERATE_1@example.com', [
    info('subject', {}, ['Weekly']),
    times('DTSTART;TZID=Europe/Berlin', `${first}T100000`, 'RRULE:FREQ=WEEKLY;COUNT=4'),
  ]),
});
console.log('created  ', uri);
const [, second, third] = await list();
if (second === undefined || third === undefined) throw new Error('the series has fewer occurrences');

// An occurrence is named by when it was to begin. What stands for it from now on is a conference of its own, a child of the series.
const later = new Date(second.start + 5 * HOUR).toISOString().replace(/[-:]|\.\d+/g, '');
const { uri: child } = await client.changeOccurrences(uri, {
  from: second.id,
  to: second.id,
  changes: described(uri, [info('subject', {}, ['Weekly, in the afternoon']), times('DTSTART', later)]),
});
console.log('moved    ', second.id, child);

await client.steer(uri, { action: 'cancel', id: third.id });
console.log('cancelled', third.id);
await list();

// Children go with their series.
await client.delete(uri);
console.log('deleted  ', uri);
client.close();

/** Shows when the conference takes place, and what stands for an occurrence where that is not the series. */
async function list(): ReturnType<typeof occurrences> {
  const found = await occurrences();
  for (const { start, state, child } of found)
    console.log('         ', new Date(start).toISOString(), state, child ?? '');
  return found;
}

async function occurrences(): Promise<Awaited<ReturnType<typeof client.occurrences>>['occurrences']> {
  return (await client.occurrences(uri)).occurrences;
}

function described(entity: string, description: readonly XmlElement[]): XmlElement {
  return info('conference-info', { entity }, [info('conference-description', {}, description)]);
}

/** Times are an iCalendar object (RFC 6501 §4.2.5, RFC 5545). */
function times(property: string, start: string, ...rule: readonly string[]): XmlElement {
  const event = ['UID:weekly', 'DTSTAMP:20261123T080000Z', `${property}:${start}`, 'DURATION:PT1H', ...rule];
  const lines = ['VERSION:2.0', 'PRODID:-//example//EN', 'BEGIN:VEVENT', ...event, 'END:VEVENT'];
  const base = ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  return xcon('conference-time', {}, [xcon('entry', {}, [xcon('base', {}, [base])])]);
}
