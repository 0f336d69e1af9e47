import { expect } from 'chai';
import { MailingServer } from '../support/mailing-server.ts';
import { allowed, scheduledAt } from '../support/messages.ts';
import { idOf, made } from '../support/system.ts';

describe('the command mail', function () {
  this.timeout(60_000);
  let server: MailingServer;
  beforeEach(async () => {
    server = await MailingServer.prepare();
  });
  afterEach(() => server.close());

  const shown = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await server.shows(...args);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return stdout;
  };

  it('shows what waits and what was given up, of a server that runs; what waits goes out after a kill', async () => {
    server.mails.refuses = (to) => (to.startsWith('gone') ? 550 : 451);
    await server.start();
    expect(await shown()).to.equal('no mail waits, and none was given up\n');
    const people = `<info:users>${allowed(
      ...['mailto:erin@example.com', 'mailto:gone@example.com', 'mailto:x@forbidden.example'].map(
        (one) => [one, 'dial-in'] as const,
      ),
    )}</info:users>`;
    made(await server.alice.creates(scheduledAt('20300107T090000Z') + people));
    let text = '';
    while (![/failing +\S/, /gone@/, /forbidden/].every((one) => one.test(text))) text = await shown();
    expect(text).to.include(idOf('alice')).and.include('451');
    expect(text).to.match(/given up +gone@example\.com “Invitation: Conference”, \S+: .*550/);
    expect(text).to.match(/given up +x@forbidden\.example .*: no mail goes to that domain/);
    expect(text, 'a secret of the attendee').not.to.match(/conf\+[a-z2-7]{24}/);
    const [view] = JSON.parse(await shown('--json')) as { organizer: string; waiting: number; dead: unknown[] }[];
    expect([view?.organizer, view?.waiting, view?.dead.length]).to.deep.equal([idOf('alice'), 1, 2]);

    await server.kill();
    expect(await shown(), 'also while no server runs').to.match(/waiting +1/);
    server.mails.refuses = () => undefined;
    await server.start();
    const [mail] = await server.mails.until(1);
    expect(mail?.to).to.deep.equal(['erin@example.com']);
  });
});
