import ICAL from 'ical.js';
import { expect } from 'chai';
import { MailingServer } from '../support/mailing-server.ts';
import { allowed, scheduledAt } from '../support/messages.ts';
import { made } from '../support/system.ts';

const [ERIN, FRED] = ['erin@example.com', 'fred@example.com'];
const asked = (...people: readonly string[]): string =>
  `<info:users>${allowed(...people.map((one) => [`mailto:${one}`, 'dial-in'] as const))}</info:users>`;

describe('invitations that are recalled over kill -9', function () {
  this.timeout(120_000);
  let server: MailingServer;
  beforeEach(async () => {
    server = await MailingServer.prepare();
    await server.start();
  });
  afterEach(() => server.close());

  /** What somebody was told of a conference, in order: each mail once, however often it came. */
  const told = (uri: string, to: string): string[] => {
    const mails = server.mails.received.filter(({ to: [first] }) => first === to);
    const once = new Map(mails.map((mail) => [mail.parsed.messageId, mail]));
    return [...once.values()].flatMap(({ method, calendar }) => {
      const event = ICAL.Component.fromString(calendar).getFirstSubcomponent('vevent');
      const uid = event?.getFirstPropertyValue('uid');
      return uid === uri ? [`${method} ${String(event?.getFirstPropertyValue('sequence'))}`] : [];
    });
  };
  /** Resolves when no mail waits. */
  const quiet = async (): Promise<void> => {
    for (let text = 'waiting'; /waiting +[1-9]|failing/.test(text);) text = (await server.shows()).stdout;
  };
  const invites = async (): Promise<string> =>
    made(await server.alice.creates(scheduledAt('20300107T090000Z') + asked(ERIN, FRED)));
  const invited = async (): Promise<string> => {
    const uri = await invites();
    await server.mails.until(2);
    return uri;
  };
  /** Resolves when fred was told that he is not to come, and nobody waits for anything. */
  const recalled = async (uri: string, who = [FRED]): Promise<void> => {
    for (let count = 1; !who.every((one) => told(uri, one).some((mail) => mail.startsWith('CANCEL'))); count += 1)
      await server.mails.until(count);
    await quiet();
  };

  it('reach whom they concern, once, where the server is killed as soon as it has answered', async () => {
    const uri = await invited();
    expect((await server.alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await server.kill();
    await server.start();
    await recalled(uri);
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
    expect(told(uri, ERIN).filter((one) => one.startsWith('CANCEL'))).to.deep.equal([]);
  });

  it('reach everybody, once, where the conference itself is deleted before the kill', async () => {
    const uri = await invited();
    expect((await server.alice.deletes(uri)).code).to.equal(200);
    await server.kill();
    await server.start();
    await recalled(uri, [ERIN, FRED]);
    for (const one of [ERIN, FRED]) expect(told(uri, one)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
  });

  it('wait for the mail server over the kill', async () => {
    const uri = await invited();
    server.mails.refuses = () => 451;
    expect((await server.alice.updates(uri, asked(ERIN))).code).to.equal(200);
    for (let text = ''; !text.includes('failing');) text = (await server.shows()).stdout;
    await server.kill();
    server.mails.refuses = () => undefined;
    await server.start();
    await recalled(uri);
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1']);
  });

  it('come behind the invitation that waited before them', async () => {
    server.mails.refuses = () => 451;
    const uri = await invites();
    expect((await server.alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await server.kill();
    server.mails.refuses = () => undefined;
    await server.start();
    await server.mails.until(1);
    await quiet();
    // Where the invitation went before the log was read on, its recall is not waiting yet.
    while (told(uri, FRED).join() === 'REQUEST 0') await server.mails.until(server.mails.received.length + 1);
    // Where both were one change for him he was told nothing.
    expect(told(uri, FRED).join()).to.be.oneOf(['', 'REQUEST 0,CANCEL 1']);
    expect(told(uri, ERIN)[0]).to.equal('REQUEST 0');
  });

  it('are followed by an invitation once more, with a later revision', async () => {
    const uri = await invited();
    expect((await server.alice.updates(uri, asked(ERIN))).code).to.equal(200);
    await recalled(uri);
    expect((await server.alice.updates(uri, asked(ERIN, FRED))).code).to.equal(200);
    await server.kill();
    await server.start();
    while (told(uri, FRED).length < 3) await server.mails.until(server.mails.received.length + 1);
    await quiet();
    expect(told(uri, FRED)).to.deep.equal(['REQUEST 0', 'CANCEL 1', 'REQUEST 1']);
  });
});
