import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { expect } from 'chai';
import { MailServer } from '../calendar/mail/mail-server.ts';
import { plenary, serve, type RunningServer } from '../support/command.ts';
import { allowed, scheduledAt } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import { idOf, made } from '../support/system.ts';

const [ERIN, FRED] = ['erin@example.com', 'fred@example.com'];
const asked = (...people: readonly string[]): string =>
  `<info:users>${allowed(...people.map((one) => [`mailto:${one}`, 'dial-in'] as const))}</info:users>`;

describe('invitations that are recalled over kill -9', function () {
  this.timeout(120_000);
  let data: string;
  let mailServer: MailServer;
  let server: RunningServer;
  let alice: Party;
  const agent = new Agent();
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-recall-'));
    mailServer = await MailServer.start();
    await start();
    alice = new Party(() => server.url, agent, { id: idOf('alice'), authorization: basic('alice', 'demo') });
  });
  afterEach(async () => {
    await kill();
    await mailServer.close();
    rmSync(data, { recursive: true });
  });

  const settings = (): string[] => [
    ...['--data', data],
    ...[`mail.server=${mailServer.address}`, 'mail.tls=none', 'mail.rest=1'].flatMap((one) => ['--set', one]),
  ];
  const start = async (): Promise<void> => {
    server = await serve(['--demo', ...settings()]);
  };
  const kill = async (): Promise<void> => {
    server.process.kill('SIGKILL');
    await server.ended;
    agent.destroy();
  };
  /** What somebody was told of a conference, in order: each mail once, however often it came. */
  const told = (uri: string, to: string): string[] => {
    const mails = mailServer.received.filter(({ to: [first] }) => first === to);
    const once = new Map(mails.map((mail) => [mail.parsed.messageId, mail]));
    return [...once.values()].flatMap(({ method, calendar }) => {
      const event = ICAL.Component.fromString(calendar).getFirstSubcomponent('vevent');
      const uid = event?.getFirstPropertyValue('uid');
      return uid === uri ? [`${method} ${String(event?.getFirstPropertyValue('sequence'))}`] : [];
    });
  };
  /** Resolves when no mail waits. */
  const quiet = async (): Promise<void> => {
    for (let text = 'waiting'; /waiting +[1-9]|failing/.test(text);)
      text = (await plenary(['mail', '--domain', 'example.com', ...settings()])).stdout;
  };
  const invites = async (): Promise<string> =>
    made(await alice.creates(scheduledAt('20300107T090000Z') + asked(ERIN, FRED)));
  const invited = async (): Promise<string> => {
    const uri = await invites();
    await mailServer.until(2);
    return uri;
  };
  /** Resolves when fred was told that he is not to come, and nobody waits for anything. */
  const recalled = async (uri: string, who = [FRED]): Promise<void> => {
    for (let count = 1; !who.every((one) => told(uri, one).some((mail) => mail.startsWith('CANCEL'))); count += 1)
      await mailServer.until(count);
    await quiet();
  };

  it('reach whom they concern, once, where the server is killed as soon as it has answered', async () => {
    const uri = await invited();
    expect((await alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await kill();
    await start();
    await recalled(uri);
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
    expect(told(uri, ERIN).filter((one) => one.startsWith('CANCEL'))).to.deep.equal([]);
  });

  it('reach everybody, once, where the conference itself is deleted before the kill', async () => {
    const uri = await invited();
    expect((await alice.deletes(uri)).code).to.equal(200);
    await kill();
    await start();
    await recalled(uri, [ERIN, FRED]);
    for (const one of [ERIN, FRED]) expect(told(uri, one)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
  });

  it('wait for the mail server over the kill', async () => {
    const uri = await invited();
    mailServer.refuses = () => 451;
    expect((await alice.updates(uri, asked(ERIN))).code).to.equal(200);
    for (let text = ''; !text.includes('failing');)
      text = (await plenary(['mail', '--domain', 'example.com', ...settings()])).stdout;
    await kill();
    mailServer.refuses = () => undefined;
    await start();
    await recalled(uri);
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
  });

  it('come behind the invitation that waited before them', async () => {
    mailServer.refuses = () => 451;
    const uri = await invites();
    expect((await alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await kill();
    mailServer.refuses = () => undefined;
    await start();
    await mailServer.until(1);
    await quiet();
    // Where both were one change for him he was told nothing.
    expect(told(uri, FRED).join()).to.be.oneOf(['', 'REQUEST 0,CANCEL 1']);
    expect(told(uri, ERIN)[0]).to.equal('REQUEST 0');
  });

  it('are followed by an invitation once more, with a later revision', async () => {
    const uri = await invited();
    expect((await alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await recalled(uri);
    expect((await alice.updates(uri, asked(ERIN, FRED))).code).to.equal(200);
    await kill();
    await start();
    while (told(uri, FRED).length < 3) await mailServer.until(mailServer.received.length + 1);
    await quiet();
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1', 'REQUEST 1']);
  });
});
