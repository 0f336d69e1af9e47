import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { info } from '../../lib/model/names.ts';
import { parseFragment } from '../../lib/xml/parse.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import { calendar } from '../schedule/calendars.ts';
import { serve, type RunningServer } from '../support/command.ts';
import { description } from '../support/messages.ts';

const KILLS = 4;
const CHILDREN = 8;
const day = (n: number): string => `203001${String(7 + n).padStart(2, '0')}T090000Z`;

/** A series of which each of some occurrences says the same word as the series. */
const document = (word: string) => {
  const events = Array.from({ length: CHILDREN }, (_, n) => [
    `RECURRENCE-ID:${day(n + 1)}`,
    ...[`DTSTART:${day(n + 1)}`, 'DURATION:PT1H', `SUMMARY:${word} apart`],
  ]);
  const base = calendar([`DTSTART:${day(0)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=20'], ...events);
  const times = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
  const text = description(`<info:subject>${word}</info:subject>${times}`);
  return [parseFragment(Buffer.from(text), PREFIXES)];
};

describe('a change of a series with its children', function () {
  this.timeout(120_000);
  let data = '';
  let server: RunningServer | undefined;
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'plenary-series-'))));
  afterEach(async () => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    rmSync(data, { recursive: true });
  });

  it(`[E17, M18] is whole or not there after kill -9, ${KILLS} times`, async () => {
    let uri = '';
    let sent = 0;
    let acknowledged = 0;
    for (let kill = 0; kill <= KILLS; kill++) {
      const running = (server = await serve(['--demo', '--data', data, '--set', 'logging.level=warn']));
      const client = new ConferenceControlClient({ url: running.url, user: 'alice@example.com', password: 'demo' });
      if (uri === '') {
        const entity = { entity: 'xcon:AUTO_GENERATE_1@example.com' };
        const made = await client.create({ document: info('conference-info', entity, document('0')) });
        uri = made.uri;
        expect(made.children).to.have.length(CHILDREN);
      }
      const subjectOf = async (one: string): Promise<string> => {
        const { document: shown } = await client.retrieve(one);
        return shown?.elements[0]?.elements.find(({ local }) => local === 'subject')?.text ?? '';
      };
      const { occurrences } = await client.occurrences(uri, { from: 0 });
      const children = [...new Set(occurrences.flatMap(({ child }) => child ?? []))];
      expect(children).to.have.length(CHILDREN);
      const word = await subjectOf(uri);
      expect(Number(word), 'what was acknowledged is there').to.be.within(acknowledged, sent);
      for (const child of children) expect(await subjectOf(child)).to.equal(`${word} apart`);
      sent = acknowledged = Number(word);
      if (kill < KILLS) {
        const flow = (async () => {
          for (;;) {
            sent++;
            await client.update(uri, info('conference-info', {}, document(String(sent))));
            acknowledged = sent;
            if (acknowledged % 3 === kill % 3) running.process.kill('SIGKILL');
          }
        })();
        await flow.catch(() => undefined); // the server is gone
      }
      client.close();
      if (kill < KILLS) await running.ended;
      else await running.stop();
    }
    expect(acknowledged).to.be.greaterThan(KILLS);
  });
});
