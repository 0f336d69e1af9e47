import { expect } from 'chai';
import { handIn, MailServer } from '../calendar/mail/mail-server.ts';
import { calendarText, DavParty } from '../support/dav.ts';
import { heapInUse } from '../support/memory.ts';
import { basic, type Party } from '../support/party.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';

const EVENT = ['UID:x', 'DTSTAMP:20291201T000000Z', 'DTSTART:20300107T090000Z', 'DURATION:PT1H'];
const REQUEST = [...EVENT, 'ORGANIZER:mailto:olga@example.com', 'ATTENDEE:mailto:meet@example.com'];
const count = (many: number, line: (n: number) => string): string[] => Array.from({ length: many }, (_, n) => line(n));
const dayOf = (n: number): string => new Date(Date.UTC(2030, 0, 8 + n, 9)).toISOString().replace(/[-:]|\.\d+/g, '');

/** Calendars that are too much, and what each door says of them. */
const FLOODS: readonly {
  readonly title: string;
  readonly lines: readonly string[];
  /** The precondition of CalDAV; what the mail or the answer of CCMP says. */
  readonly dav: string;
  readonly mail: RegExp | 552;
  readonly ccmp: RegExp;
}[] = [
  {
    title: '10,000 attendees',
    lines: count(10_000, () => 'ATTENDEE:m:u'),
    ...{ dav: 'max-attendees-per-instance', mail: /at most 500 attendees/, ccmp: /^4\d\d .*65536/ },
  },
  {
    title: '50,000 components inside one another',
    lines: count(50_000, () => 'BEGIN:X'),
    ...{ dav: 'max-resource-size', mail: /at most 196608 characters/, ccmp: /^HTTP 413/ },
  },
  {
    title: '6,000 components inside one another, in as few octets as are taken',
    lines: count(6_000, () => 'BEGIN:X'),
    ...{ dav: 'max-resource-size', mail: /at most 1000 components/, ccmp: /^4\d\d / },
  },
  {
    title: 'a line of 600,000 characters',
    lines: [`DESCRIPTION:${'x'.repeat(600_000)}`],
    ...{ dav: 'max-resource-size', mail: /at most 196608 characters/, ccmp: /^HTTP 413/ },
  },
  {
    title: 'a line of 3,000,000 characters',
    lines: [`DESCRIPTION:${'x'.repeat(3_000_000)}`],
    ...{ dav: 'max-resource-size', mail: 552, ccmp: /^HTTP 413/ },
  },
  {
    title: 'a line of 3,500 exceptions',
    lines: ['RRULE:FREQ=DAILY', `EXDATE:${count(3_500, dayOf).join(',')}`],
    ...{ dav: 'conflict', mail: /500 at most/, ccmp: /^4\d\d .*500 at most/ },
  },
];
const ROUNDS = 4;
/** What all of them together may leave behind, in bytes; they are 30 times as long. */
const LEFT = 1_500_000;

describe('calendars that are too much', function () {
  this.timeout(120_000);
  let system: TestSystem;
  let server: MailServer;
  let dav: DavParty;
  let olga: Party;
  before(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1, 'mail.listen': '127.0.0.1:0' },
      ...{ 'mail.authservId': 'mx.example.com', 'logging.level': 'silent' },
    });
    const addresses = ['sip:olga@example.com', 'mailto:olga@example.com'];
    await system.administration.addUser({ name: 'olga', password: PASSWORD, displayText: 'Olga', addresses });
    olga = system.party('xcon-userid:olga@example.com', basic('olga', PASSWORD));
    dav = new DavParty(system, 'olga');
  });
  after(async () => {
    await system.close();
    await server.close();
  });

  const put = async (lines: readonly string[]): Promise<string> => {
    const { status, body } = await dav.puts('x.ics', calendarText([...EVENT, ...lines]));
    return `${status} ${body}`;
  };
  const mailed = (lines: readonly string[], uid: string): Promise<number> => {
    const calendar = calendarText([...REQUEST, ...lines]).replace('VERSION', 'METHOD:REQUEST\r\nVERSION');
    const raw = [
      'Authentication-Results: mx.example.com; dmarc=pass header.from=example.com',
      ...['From: Olga <olga@example.com>', 'To: meet@example.com', `Message-ID: <${uid}@olga>`, 'MIME-Version: 1.0'],
      ...['Content-Type: text/calendar; charset=utf-8; method=REQUEST', 'Content-Transfer-Encoding: base64', ''],
      ...(Buffer.from(calendar.replace('UID:x', `UID:${uid}`))
        .toString('base64')
        .match(/.{1,76}/g) ?? []),
      '',
    ].join('\r\n');
    return handIn(system.mail, { from: 'olga@example.com', to: 'meet@example.com', raw });
  };
  const conference = (lines: readonly string[]) => {
    const base = calendarText([...EVENT, ...lines]).replace(/\r\n/g, '&#13;\n');
    const times = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
    return olga.creates(`<info:conference-description>${times}</info:conference-description>`);
  };
  const created = async (lines: readonly string[]): Promise<string> => {
    try {
      const { code, xml } = await conference(lines);
      return `${String(code)} ${xml.replace(/\s+/g, ' ')}`;
    } catch (error) {
      return `HTTP ${String(/\b413\b/.exec(String(error))?.[0])}`; // too long to be read as CCMP
    }
  };
  const expectEmpty = async (): Promise<void> => {
    expect((await dav.syncs()).changed).to.deep.equal([]);
    expect(server.received.every(({ parsed }) => /can not be made/.test(parsed.text ?? ''))).to.equal(true);
  };

  for (const { title, lines, ...says } of FLOODS) {
    it(`are refused by CalDAV: ${title}`, async () => {
      expect(await put(lines)).to.match(new RegExp(`^4(03|09) [^]*:${says.dav}`));
      await expectEmpty();
    });

    it(`are refused by mail: ${title}`, async () => {
      const told = server.received.length;
      const code = await mailed(lines, title.replace(/\W+/g, '-'));
      if (says.mail === 552) expect(code).to.equal(552);
      else {
        expect(code).to.equal(250);
        const mail = (await server.until(told + 1))[told];
        expect(mail?.to).to.deep.equal(['olga@example.com']);
        expect(mail?.parsed.text).to.match(says.mail);
      }
      await expectEmpty();
    });

    it(`are refused by CCMP: ${title}`, async () => {
      expect(await created(lines)).to.match(says.ccmp);
      await expectEmpty();
    });
  }

  it('leave nothing behind in memory, and the server serves on', async () => {
    const round = async (name: string): Promise<void> => {
      for (const { title, lines, mail } of FLOODS) {
        await put(lines);
        await created(lines);
        const told = server.received.length;
        await mailed(lines, `${name}-${title.replace(/\W+/g, '-')}`);
        if (mail !== 552) await server.until(told + 1);
      }
      server.received.length = 0; // what this test itself keeps
    };
    await round('first');
    const before = heapInUse();
    for (let n = 0; n < ROUNDS; n += 1) await round(String(n));
    expect(heapInUse() - before).to.be.lessThan(LEFT);

    expect(await put([])).to.match(/^201 /);
    expect(await mailed([], 'small')).to.equal(250);
    expect((await server.until(1))[0]?.method).to.equal('REPLY');
    made(await conference([]));
    expect((await dav.syncs()).changed).to.have.length(3);
  });
});
