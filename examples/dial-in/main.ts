// A telephone calls a conference (RFC 4579 §5.2), is seen in its roster, and hangs up.
// Run: `npm start` in one terminal, `npx tsx examples/dial-in/main.ts` in another.
import { setTimeout as pause } from 'node:timers/promises';
import { CONFERENCE_INFO, ConferenceControlClient, type XmlElement } from 'plenary/client';
import { digestCredentials, TimerWheel, UserAgent } from 'plenary/sip';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const proxy = process.env['PLENARY_SIP'] ?? '127.0.0.1:5060';
const [login = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = login.includes('@') ? login : `${login}@example.com`;
const [name = ''] = user.split('@');

const client = new ConferenceControlClient({ url: server, user, password });
const { uri } = await client.create();
console.log('created  ', uri);

const agent = new UserAgent({
  clock: new TimerWheel(),
  credentials: digestCredentials(() => ({ user: name, password })),
  report: (error) => console.error(error),
});
const { sentBy } = await agent.listen({ protocol: 'udp', address: '127.0.0.1', port: 0 });

// Audio that this telephone would take at port 40000; a server without a mixer answers it as inactive.
const offer = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...['m=audio 40000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', ''],
].join('\r\n');

const call = agent.call(
  `sip:${uri.replace(/^xcon:|@.*/g, '')}@${proxy}`,
  `<sip:${name}@${sentBy}>`,
  { from: `<sip:${user}>`, fields: [['Content-Type', 'application/sdp']], body: Buffer.from(offer) },
  { accepted: () => console.log('in       ', 'the focus has answered') },
);
const { response } = await call.answer;
const [session] = call.sessions;
if (session === undefined) throw new Error(`${response.status} ${response.reason}`);

// Who is in has an endpoint; the creator of a conference stands in it before she calls, without one.
console.log('roster   ', ...(await endpoints((found) => found.includes('connected'))));
await session.bye();
await endpoints((found) => found.length === 0);
console.log('out      ', 'nobody is in');

await client.delete(uri);
console.log('deleted  ', uri);
await agent.close();
client.close();

/** Where each endpoint is and how it stands, once it is as one waits for. */
async function endpoints(isAwaited: (found: readonly string[]) => boolean): Promise<string[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { users } = await client.retrieveUsers(uri);
    const found = users.all(CONFERENCE_INFO, 'user').flatMap(shown);
    if (isAwaited(found)) return found;
    await pause(100);
  }
  throw new Error('the roster does not show the call');
}

function shown(one: XmlElement): string[] {
  return one
    .all(CONFERENCE_INFO, 'endpoint')
    .flatMap((endpoint) => [endpoint.attribute('entity') ?? '', endpoint.first(CONFERENCE_INFO, 'status')?.text ?? '']);
}
