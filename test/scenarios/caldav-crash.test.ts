import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { randomNumbers } from '../store/sqlite/random.ts';
import { serve, type RunningServer } from '../support/command.ts';
import { calendarText, DavParty } from '../support/dav.ts';
import { SEED } from '../support/seed.ts';

const KILLS = 5;

const event = (name: string, count: number, isCarolAsked: boolean): string =>
  calendarText([
    ...[`UID:${name}`, 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H', `SUMMARY:${count}`],
    ...['ORGANIZER:mailto:alice@example.com', 'ATTENDEE:mailto:bob@example.com'],
    ...(isCarolAsked ? ['ATTENDEE:mailto:carol@example.com'] : []),
  ]);

/** A calendar as a client knows it that only ever asks what changed. */
class Mirror {
  readonly party: DavParty;
  /** How often the server could not say what changed. */
  compared = 0;
  #token = '';
  #known = new Map<string, string>();

  constructor(party: DavParty) {
    this.party = party;
  }

  async synchronise(): Promise<void> {
    const changes = await this.party.syncsOrCompares(this.#token);
    if (changes === undefined) {
      this.compared += 1;
      this.#token = '';
      this.#known = new Map();
      return this.synchronise();
    }
    for (const [name, etag] of changes.etags) this.#known.set(name, etag);
    for (const name of changes.gone) this.#known.delete(name);
    this.#token = changes.token;
  }

  async expectWhole(when: string): Promise<void> {
    await this.synchronise();
    const all = await this.party.syncs();
    expect([...this.#known].toSorted(), when).to.deep.equal([...all.etags].toSorted());
  }
}

describe('a calendar over crashes', function () {
  this.timeout(120_000);
  let data = '';
  let server: RunningServer | undefined;
  const system = { url: '' };
  const start = async (): Promise<RunningServer> => {
    server = await serve(['--demo', '--data', data, '--set', 'logging.level=warn']);
    system.url = server.url;
    return server;
  };
  const kill = async (): Promise<void> => {
    server?.process.kill('SIGKILL');
    await server?.ended;
  };
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'plenary-crash-'))));
  afterEach(async () => {
    await kill();
    rmSync(data, { recursive: true });
  });

  it('[RFC 6578] goes on from the token that a client has, with all that changed before and after', async () => {
    await start();
    const [alice, bob] = [new DavParty(system, 'alice'), new DavParty(system, 'bob')];
    await alice.puts('a.ics', event('a', 1, false));
    const mirrors = [new Mirror(alice), new Mirror(bob)];
    for (const one of mirrors) await one.synchronise();
    await alice.puts('a.ics', event('a', 2, false));
    await alice.puts('b.ics', event('b', 1, false));
    const [path = ''] = [...(await bob.syncs()).etags.keys()];
    const { body } = await bob.gets(encodeURIComponent(path));
    const alarm = 'BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT';
    expect((await bob.puts(encodeURIComponent(path), body.replace('END:VEVENT', alarm))).status).to.equal(204);
    await kill();
    await start();
    for (const one of mirrors) await one.expectWhole('after the kill');
    await alice.puts('c.ics', event('c', 1, false));
    await kill();
    await start();
    for (const one of mirrors) await one.expectWhole('after another');
    expect(
      mirrors.map(({ compared }) => compared),
      'their tokens were good',
    ).to.deep.equal([0, 0]);
  });

  it(`[RFC 6578] misses nothing over ${KILLS} kills in the middle of changes, or says that all is to be compared`, async () => {
    const random = randomNumbers(SEED);
    const names = ['a', 'b', 'c', 'd', 'e'];
    let count = 0;
    const mirrors = (['alice', 'bob', 'carol'] as const).map((name) => new Mirror(new DavParty(system, name)));
    for (let round = 0; round <= KILLS; round++) {
      await start();
      for (const one of mirrors) await one.expectWhole(`seed ${SEED}, after kill ${round}`);
      if (round === KILLS) break;
      const alice = new DavParty(system, 'alice');
      let left = 2 + random(12);
      const changing = async (): Promise<void> => {
        for (;;) {
          const name = names[random(names.length)] ?? 'a';
          try {
            if (random(6) === 0) await alice.asks('DELETE', `${alice.calendar}${name}.ics`);
            else await alice.puts(`${name}.ics`, event(`${name}@${count}`, ++count, random(2) === 0));
          } catch {
            return; // it is gone
          }
          if (random(3) === 0) await mirrors[random(mirrors.length)]?.synchronise().catch(() => undefined);
          if (--left === 0) server?.process.kill('SIGKILL');
        }
      };
      await Promise.all([changing(), changing()]);
      await server?.ended;
    }
    expect(count).to.be.greaterThan(KILLS);
  });
});
