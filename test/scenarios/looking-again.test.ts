import { expect } from 'chai';
import { description, endpoint, title } from '../support/messages.ts';
import { textAt, userIn } from '../support/reading.ts';
import { readAnswer } from '../support/party.ts';
import { idOf, made, type Name, sipOf, TestSystem } from '../support/system.ts';

const roles = (entity: string, name: string): string =>
  `<info:user entity="${entity}"><info:roles><info:entry>${name}</info:entry></info:roles></info:user>`;
const anonymity = (value: string): string => `<xcon:provide-anonymity>${value}</xcon:provide-anonymity>`;

/** Alice organises, Bob, Carol and Dave take part; each has looked before at what somebody changes now. */
describe('who looks again', () => {
  const READERS = ['alice', 'bob', 'carol', 'dave'] as const;
  let system: TestSystem;
  let uri: string;
  beforeEach(async () => {
    system = await TestSystem.start();
    uri = made(await system.as('alice').creates());
    for (const name of ['bob', 'carol', 'dave'] as const) await system.as(name).joins(uri, endpoint(sipOf(name)));
    await everybody();
    await everybody();
  });
  afterEach(() => system.close());

  const look = async (name: Name) => {
    const party = system.as(name);
    const http = await party.post(party.text('conf', { operation: 'retrieve', confObjID: uri }));
    return http.status === 200 ? readAnswer(http) : { code: 0, http, xml: http.body, info: undefined };
  };
  const everybody = async () =>
    Object.fromEntries(
      await Promise.all(READERS.map(async (name) => [name, await look(name)] as const)),
    ) as unknown as Record<Name, Awaited<ReturnType<typeof look>>>;

  /** What everybody sees now, which is what they see when nothing is remembered. */
  async function sights() {
    const seen = await everybody();
    const again = await everybody();
    await system.restart();
    const fresh = await everybody();
    for (const name of READERS) {
      expect(seen[name].xml, name).to.equal(fresh[name].xml);
      expect(again[name].xml, name).to.equal(fresh[name].xml);
    }
    return seen;
  }
  const done = async (answer: Promise<{ code: number; string?: string | undefined }>) => {
    const { code, string } = await answer;
    expect(code, string).to.equal(200);
  };

  it('sees the same bytes as long as nothing has changed', async () => {
    const [first, second] = [await everybody(), await everybody()];
    for (const name of READERS) expect(second[name].xml).to.equal(first[name].xml);
    expect(new Set(READERS.map((name) => first[name].xml)).size, 'each his own').to.equal(READERS.length);
  });

  it('sees the newest version', async () => {
    await done(system.as('alice').updates(uri, title('Moved')));
    const { carol } = await sights();
    expect(textAt(carol.info, 'conference-description/display-text')).to.equal('Moved');
  });

  it('sees who comes, and not who is gone', async () => {
    await done(system.as('dave').leaves(uri));
    const { carol, dave } = await sights();
    expect(textAt(carol.info, 'conference-state/user-count')).to.equal('2');
    expect(dave.code).not.to.equal(200);
  });

  it('sees nobody who has hidden since, and who shows himself again', async () => {
    const dave = idOf('dave');
    await done(system.as('dave').updatesUser(uri, dave, anonymity('hidden')));
    const hidden = await sights();
    expect(userIn(hidden.carol.info, dave)).to.equal(undefined);
    expect(userIn(hidden.alice.info, dave)).not.to.equal(undefined);
    expect(userIn(hidden.dave.info, dave)).not.to.equal(undefined);
    await done(system.as('dave').updatesUser(uri, dave, anonymity('private')));
    const masked = await sights();
    expect(userIn(masked.carol.info, dave)).to.equal(undefined);
    expect(masked.carol.xml).to.include('anonymous');
  });

  it('sees by the role that he has now', async () => {
    const dave = idOf('dave');
    await done(system.as('dave').updatesUser(uri, dave, anonymity('hidden')));
    await done(system.as('alice').updatesUsers(uri, roles(idOf('bob'), 'moderator')));
    expect(userIn((await sights()).bob.info, dave)).not.to.equal(undefined);
    await done(system.as('alice').updatesUsers(uri, roles(idOf('bob'), 'participant')));
    expect(userIn((await sights()).bob.info, dave)).to.equal(undefined);
  });

  it('sees nothing once she is removed', async () => {
    await done(system.as('alice').removes(uri, idOf('carol')));
    const { carol } = await sights();
    expect(carol.code).not.to.equal(200);
    expect(carol.xml).not.to.include('conference-description');
  });

  it('sees that the conference is locked', async () => {
    await done(
      system.as('alice').updates(uri, '<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
    );
    for (const { info } of Object.values(await sights()))
      expect(textAt(info, 'conference-state/locked')).to.equal('true');
  });

  it('is asked for the password that the conference has got', async () => {
    const { info } = await system.as('alice').retrieves(uri);
    const sip = textAt(info, 'conference-description/conf-uris/entry/uri') ?? '';
    const entry = `<info:entry><info:uri>${sip}</info:uri><xcon:conference-password>secret</xcon:conference-password></info:entry>`;
    await done(system.as('alice').updates(uri, description(`<info:conf-uris>${entry}</info:conf-uris>`)));
    const { alice, bob } = await sights();
    expect(alice.code).to.equal(200);
    expect(bob.code).to.equal(423);
    expect(bob.xml).not.to.include('conference-description');
  });

  it('sees nothing once the conference is deleted', async () => {
    await done(system.as('alice').deletes(uri));
    for (const { code } of Object.values(await sights())) expect(code).to.equal(404);
  });

  it('proves anew who he is when his password has changed, and is nobody once he is removed', async () => {
    await system.administration.setPassword({ name: 'bob', password: 'other' });
    await system.administration.removeUser({ name: 'carol' });
    const { alice, bob, carol } = await sights();
    expect(alice.code).to.equal(200);
    for (const { http } of [bob, carol]) expect(http.status).to.equal(401);
  });
});
