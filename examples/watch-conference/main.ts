// Watches a conference by SIP (RFC 4575, RFC 6502), as a telephone or another focus does.
// Run: `npm start` in one terminal; in another `npx tsx examples/watch-conference/main.ts sip:ID@127.0.0.1:5060` until
// the conference is no more, or without an address for one of its own that it makes, changes and deletes.
import { ConferenceControlClient, info } from 'plenary/client';
import { digestCredentials, TimerWheel, UserAgent } from 'plenary/sip';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const proxy = process.env['PLENARY_SIP'] ?? '127.0.0.1:5060';
const [login = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = login.includes('@') ? login : `${login}@example.com`;
const [name = ''] = user.split('@');

const client = new ConferenceControlClient({ url: server, user, password });
const own = process.argv[2] === undefined ? (await client.create()).uri : undefined;
const target = process.argv[2] ?? `sip:${own?.replace(/^xcon:|@.*/g, '')}@${proxy}`;

const agent = new UserAgent({
  clock: new TimerWheel(),
  credentials: digestCredentials(() => ({ user: name, password })),
  report: (error) => console.error(error),
});
const { sentBy } = await agent.listen({ protocol: 'udp', address: '127.0.0.1', port: 0 });

const work: Promise<void>[] = [];
const cause = await new Promise<{ readonly status?: number; readonly reason?: string }>((ended) => {
  agent.subscribe({
    target,
    from: `<sip:${user}>`,
    contact: `<sip:${name}@${sentBy}>`,
    event: 'conference',
    // Telephones understand conference-info; who takes differences is sent no more than what changed.
    fields: [['Accept', 'application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml']],
    notified(request, { state }) {
      const type = request.header('Content-Type') ?? 'nothing';
      console.log(state.padEnd(10), type.replace('application/', ''), `${request.body.length} bytes`);
      if (own !== undefined) work.push(next(own, work.length));
    },
    ended,
  });
});
console.log('ended     ', cause.reason ?? cause.status);
await Promise.all(work);
await agent.close();
client.close();
// A refusal is the failure of the example; a conference that is no more is its end.
if (cause.reason !== 'noresource') process.exitCode = 1;

/** What happens in a conference of one's own: it gets a name, then it is deleted. */
async function next(uri: string, told: number): Promise<void> {
  const description = info('conference-description', {}, [info('display-text', {}, ['Watched'])]);
  if (told === 0) await client.update(uri, info('conference-info', { entity: uri }, [description]));
  if (told === 1) await client.delete(uri);
}
