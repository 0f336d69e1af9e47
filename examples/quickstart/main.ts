// A first conference with the client of this package: create it, add users, mute one, remove one, delete it.
// Run: `npm start` in one terminal, `npx tsx examples/quickstart/main.ts` in another.
import { CcmpError, CONFERENCE_INFO, ConferenceControlClient, info, xcon, type XmlElement } from 'plenary/client';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const [name = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = name.includes('@') ? name : `${name}@example.com`;

const client = new ConferenceControlClient({ url: server, user, password });

// What is described takes the place of what the default blueprint holds; the rest comes from there.
const { uri, version } = await client.create({
  document: info('conference-info', { entity: 'xcon:AUTO_GENERATE_1@example.com' }, [
    info('conference-description', {}, [info('display-text', {}, ['Quickstart'])]),
  ]),
});
step('created', uri, version);

// A user of the directory is named by her id. An endpoint says how she takes part, here with audio.
const bob = 'xcon-userid:bob@example.com';
step('added', bob, (await client.createUser(uri, participant(bob, 'sip:bob@example.com'))).version);

// Somebody whom the directory does not know gets an id.
const added = await client.createUser(
  uri,
  participant('xcon-userid:AUTO_GENERATE_1@example.com', 'sip:dave@example.org'),
);
const dave = added.user?.attribute('entity') ?? '';
step('added', dave, added.version);

// Only what changes is sent: the endpoint and the medium are found by their keys.
const muted = info('user', { entity: bob }, [
  info('endpoint', { entity: 'sip:bob@example.com' }, [
    info('media', { id: '1' }, [
      xcon('to-mixer', { name: 'AudioIn' }, [xcon('controls', {}, [xcon('mute', {}, ['true'])])]),
    ]),
  ]),
]);
step('muted', bob, (await client.updateUser(uri, muted)).version);

const { users } = await client.retrieveUsers(uri);
for (const one of users.all(CONFERENCE_INFO, 'user')) step('user', one.attribute('entity') ?? '');

step('removed', dave, (await client.deleteUser(uri, dave)).version);

await client.delete(uri);
step('deleted', uri);

// What the server refuses arrives as an error with the response code of RFC 6503 §5.4.
const refused: unknown = await client.retrieve(uri).catch((error: unknown) => error);
if (!(refused instanceof CcmpError) || refused.code !== 404) throw new Error('the conference is still there');
step('refused', refused.message);

client.close();

function participant(entity: string, address: string): XmlElement {
  return info('user', { entity }, [
    info('associated-aors', {}, [info('entry', {}, [info('uri', {}, [address])])]),
    info('endpoint', { entity: address }, [info('media', { id: '1' }, [info('type', {}, ['audio'])])]),
  ]);
}

function step(done: string, what: string, version?: number): void {
  console.log(`${done.padEnd(8)} ${what}${version === undefined ? '' : `, version ${version}`}`);
}
