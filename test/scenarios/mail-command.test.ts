import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MailServer } from '../calendar/mail/mail-server.ts';
import { plenary, serve, type RunningServer } from '../support/command.ts';
import { allowed, scheduledAt } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import { idOf, made } from '../support/system.ts';

describe('the command mail', function () {
  this.timeout(60_000);
  let data: string;
  let mailServer: MailServer;
  let server: RunningServer;
  const agent = new Agent();
  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-mail-'));
    mailServer = await MailServer.start();
  });
  afterEach(async () => {
    server.process.kill('SIGKILL');
    await server.ended;
    agent.destroy();
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
  const shown = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await plenary(['mail', '--domain', 'example.com', ...settings(), ...args]);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return stdout;
  };

  it('shows what waits and what was given up, of a server that runs; what waits goes out after a kill', async () => {
    mailServer.refuses = (to) => (to.startsWith('gone') ? 550 : 451);
    await start();
    expect(await shown()).to.equal('no mail waits, and none was given up\n');
    const alice = new Party(() => server.url, agent, { id: idOf('alice'), authorization: basic('alice', 'demo') });
    const people = `<info:users>${allowed(
      ...['mailto:erin@example.com', 'mailto:gone@example.com', 'mailto:x@forbidden.example'].map(
        (one) => [one, 'dial-in'] as const,
      ),
    )}</info:users>`;
    made(await alice.creates(scheduledAt('20300107T090000Z') + people));
    let text = '';
    while (![/failing +\S/, /gone@/, /forbidden/].every((one) => one.test(text))) text = await shown();
    expect(text).to.include(idOf('alice')).and.include('451');
    expect(text).to.match(/given up +gone@example\.com “Invitation: Conference”, \S+: .*550/);
    expect(text).to.match(/given up +x@forbidden\.example .*: no mail goes to that domain/);
    expect(text, 'a secret of the attendee').not.to.match(/conf\+[a-z2-7]{24}/);
    const [view] = JSON.parse(await shown('--json')) as { organizer: string; waiting: number; dead: unknown[] }[];
    expect([view?.organizer, view?.waiting, view?.dead.length]).to.deep.equal([idOf('alice'), 1, 2]);

    server.process.kill('SIGKILL');
    await server.ended;
    expect(await shown(), 'also while no server runs').to.match(/waiting +1/);
    mailServer.refuses = () => undefined;
    await start();
    const [mail] = await mailServer.until(1);
    expect(mail?.to).to.deep.equal(['erin@example.com']);
  });
});
