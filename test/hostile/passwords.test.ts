import { expect } from 'chai';
import { basic, CCMP_HEADERS, type Party } from '../support/party.ts';
import { heapInUse } from '../support/memory.ts';
import { confInfo, description } from '../support/messages.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';

/** What ten seconds of a hundred guesses a second, and more, come to. */
const GUESSES = 3_000;
const AT_ONCE = 20;

const addressOf = (number: number): string => `198.18.${number >> 8}.${number & 255}`;
/** As a proxy on this machine passes on what came to it over TLS. */
const from = (address: string): Record<string, string> => ({
  'X-Forwarded-For': address,
  'X-Forwarded-Proto': 'https',
});

describe('guessing passwords', () => {
  let system: TestSystem;
  let alice: Party;
  before(async () => {
    system = await TestSystem.start({ 'http.trustedProxies': '127.0.0.1', 'attempts.remembered': 500 });
    alice = system.as('alice');
  });
  after(() => system.close());

  /** Each guess is of another password from another address; the statuses that they got. */
  async function guess(count: number, first: number, send: (index: number) => Promise<number>): Promise<Set<number>> {
    const got = new Set<number>();
    for (let index = first; index < first + count; index += AT_ONCE) {
      const round = Array.from({ length: AT_ONCE }, (_, place) => send(index + place));
      for (const status of await Promise.all(round)) got.add(status);
    }
    return got;
  }

  const wrong = async (index: number): Promise<number> => {
    const guesser = system.party(alice.id, basic('alice', `guess-${index}`));
    return (await guesser.post(alice.text('confs'), from(addressOf(index)))).status;
  };
  const honest = async (): Promise<number> => (await alice.sends(alice.text('confs'), from('192.0.2.1'))).code;

  it(`[Z12, Z13] ${GUESSES} from as many addresses lock nobody out, and are forgotten in bounded memory`, async () => {
    expect(await guess(GUESSES / 2, 0, wrong)).to.deep.equal(new Set([401]));
    const before = heapInUse();
    const guessing = guess(GUESSES / 2, GUESSES / 2, wrong);
    for (let request = 0; request < 20; request++) expect(await honest()).to.equal(200);
    expect(await guessing).to.deep.equal(new Set([401]));
    expect(await honest()).to.equal(200);
    expect(heapInUse() - before).to.be.below(8_000_000);
  });

  it('[Z12] many from one address have to wait, with the right one too; elsewhere Alice comes in', async () => {
    const here = from('203.0.113.7');
    const guesser = (password: string) => system.party(alice.id, basic('alice', password));
    const statuses: number[] = [];
    for (let index = 0; index < 12; index++)
      statuses.push((await guesser(`x${index}`).post(alice.text('confs'), here)).status);
    expect(statuses.slice(0, 5)).to.deep.equal([401, 401, 401, 401, 401]);
    const refused = await guesser(`${PASSWORD}x`).post(alice.text('confs'), here);
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers['retry-after'])).to.be.above(0);
    expect(await honest()).to.equal(200);
  });

  it('[Z12] many names from one address slow it down, whatever the names', async () => {
    const statuses = new Set<number>();
    for (let index = 0; index < 60; index++) {
      const nobody = system.party(alice.id, basic(`nobody${index}`, PASSWORD));
      statuses.add((await nobody.post(alice.text('confs'), from('203.0.113.8'))).status);
    }
    expect(statuses).to.deep.equal(new Set([401, 429]));
    expect(await honest()).to.equal(200);
  });

  it('[M5, Z12] in subjects they count as well: 424, and the honest come in', async () => {
    const subject = (password: string, address: string) =>
      system.guest(alice.id).sends(alice.text('confs', { subject: { username: 'alice', password } }), from(address));
    for (let index = 0; index < 8; index++) expect(await subject(`x${index}`, '203.0.113.9')).to.include({ code: 424 });
    expect(await subject(PASSWORD, '203.0.113.9')).to.include({ code: 424 });
    expect(await subject(PASSWORD, '192.0.2.1')).to.include({ code: 200 });
  });

  it('[M8, Z12] of a conference are slowed down for who guesses, not for who knows it', async () => {
    const password = '<xcon:conference-password>80808080</xcon:conference-password>';
    const entry = `<info:entry><info:uri>sip:vault@example.com</info:uri>${password}</info:entry>`;
    const inside = confInfo(
      'xcon:AUTO_GENERATE_1@example.com',
      description(`<info:conf-uris>${entry}</info:conf-uris>`),
    );
    const created = alice.text('conf', { operation: 'create', inside });
    const uri = made(await alice.sends(created, from('192.0.2.1')));
    const enters = (name: 'bob' | 'carol', password: string, address: string) => {
      const party = system.as(name);
      const request = { operation: 'create', confObjID: uri, password } as const;
      return party.sends(party.text('user', request), from(address));
    };
    for (let index = 0; index < 20; index++)
      expect((await enters('bob', `${index}`, '203.0.113.10')).code).to.equal(422);
    expect((await enters('bob', '80808080', '203.0.113.10')).code, 'he has to wait').to.equal(422);
    expect((await enters('carol', '80808080', '192.0.2.3')).code).to.equal(200);
  });

  it('[H20] credentials that are no credentials are refused and remembered nowhere', async () => {
    for (const authorization of [
      'Basic',
      'Basic !!!!',
      `Basic ${Buffer.alloc(9_000).toString('base64')}`,
      `Basic ${Buffer.from('alice').toString('base64')}`,
      `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString('base64')}`,
      'Bearer x.y.z',
      `Digest ${'a="b",'.repeat(1_500)}`,
      'Digest username="alice", realm="example.com", nonce="x", uri="/ccmp", response="0", __proto__="x"',
      'Negotiate abc',
      '\u00ff\u00fe',
    ]) {
      const answer = await fetch(system.url, {
        method: 'POST',
        headers: { ...CCMP_HEADERS, Authorization: authorization },
        body: alice.text('confs'),
      });
      expect(answer.status, authorization.slice(0, 40)).to.equal(401);
      await answer.text();
    }
    expect(await honest()).to.equal(200);
    expect(alice.id).to.equal(idOf('alice'));
  });
});
