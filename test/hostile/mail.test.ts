import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import type { IncomingMail } from '../../lib/calendar/mail/incoming.ts';
import { listenerDefaults, MailListener } from '../../lib/calendar/mail/listener.ts';
import { parseAddress } from '../../lib/http/address.ts';
import { handIn } from '../calendar/mail/mail-server.ts';

describe('hostile mail', () => {
  let taken: IncomingMail[];
  let listener: MailListener;
  let address: string;

  const listen = async (limits = {}, trusted = ['127.0.0.1']): Promise<void> => {
    taken = [];
    listener = new MailListener({
      accepts: (to) => to.startsWith('meet') && to.endsWith('@example.com'),
      take: (mail) => Promise.resolve(void taken.push(mail)),
      ...{ trusted, authservId: 'mx.example.com', domain: 'example.com' },
      limits: { ...listenerDefaults, ...limits },
      onError: (error) => {
        throw error;
      },
    });
    const { port } = await listener.listen(parseAddress('127.0.0.1:0'));
    address = `127.0.0.1:${port}`;
  };
  afterEach(() => listener.close());

  const send = (raw: string): Promise<number> => handIn(address, { from: 'a@b.example', to: 'meet@example.com', raw });
  const head = 'From: <a@b.example>\nMIME-Version: 1.0\n';
  const calendar = 'Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n';

  it('that is too long is refused, and its connection goes on', async () => {
    await listen({ size: 10_000 });
    expect(await send(`${head}${calendar}${'x'.repeat(70)}\n`.repeat(200))).to.equal(552);
    expect(await send(head + calendar)).to.equal(250);
    expect(taken.map((mail) => mail.calendar?.includes('VCALENDAR'))).to.deep.equal([true]);
  });

  it('with parts inside one another, or more than allowed, is refused', async () => {
    await listen();
    let deep = calendar;
    for (let level = 0; level < 1_000; level += 1)
      deep = `Content-Type: multipart/mixed; boundary="b${level}"\n\n--b${level}\n${deep}\n--b${level}--\n`;
    expect(await send(head + deep)).to.equal(554);
    const many = `Content-Type: multipart/mixed; boundary="b"\n\n${`--b\n${calendar}\n`.repeat(5_000)}--b--\n`;
    expect(await send(head + many)).to.equal(554);
    expect(taken).to.deep.equal([]);
  });

  it('with endless headers is refused', async () => {
    await listen();
    expect(await send(`${head}${'List-X: b\n'.repeat(50_000)}${calendar}`)).to.equal(554);
    expect(taken).to.deep.equal([]);
    // What nobody reads is no matter.
    expect(await send(`${head}Cc: ${'a,'.repeat(100_000)}\n${calendar}`)).to.equal(250);
    expect(taken.map((mail) => mail.from?.address)).to.deep.equal(['a@b.example']);
  });

  it('whose From is not one, or is there twice, is nobody’s', async () => {
    await listen();
    const vouched = 'Authentication-Results: mx.example.com; dmarc=pass header.from=b.example\n';
    for (const from of ['From: <a@b.example>, <c@d.example>\n', 'From: <a@b.example>\nFrom: <c@d.example>\n', ''])
      expect(await send(vouched + from + calendar)).to.equal(250);
    expect(taken.map(({ from, verdict }) => [from, verdict])).to.deep.equal(Array(3).fill([undefined, 'unknown']));
  });

  it('to many, of strangers, or by strange commands is refused', async () => {
    await listen({ recipients: 2 });
    const socket = connect(parseAddress(address).port, '127.0.0.1');
    const said = answersOf(socket);
    expect(await said('')).to.match(/^220/);
    expect(await said('HELO x')).to.match(/^250/);
    expect(await said('MAIL FROM:<a@b.example>')).to.match(/^250/);
    expect(await said('RCPT TO:<somebody@else.example>')).to.match(/^550/);
    expect(await said('RCPT TO:<meet@example.com>')).to.match(/^250/);
    expect(await said('RCPT TO:<meet2@example.com>')).to.match(/^250/);
    expect(await said('RCPT TO:<meet3@example.com>')).to.match(/^[45]/);
    expect(await said('AUTH PLAIN AGEAYg==')).to.match(/^5/);
    expect(await said('VRFY meet')).to.match(/^[25]/);
    socket.destroy();
    await once(socket, 'close');
    await listener.close();
    await listen({}, ['192.0.2.1']);
    const stranger = connect(parseAddress(address).port, '127.0.0.1');
    expect(await answersOf(stranger)('')).to.match(/^554/);
    stranger.destroy();
  });

  it('is recognised where a machine or a list wrote it', async () => {
    await listen();
    const automatic = ['Auto-Submitted: auto-generated', 'List-Id: <x.example>', 'Precedence: bulk', 'X-Loop: y'];
    for (const header of automatic) await send(`${header}\n${head}${calendar}`);
    await handIn(address, { from: '', to: 'meet@example.com', raw: head + calendar });
    await send(`Auto-Submitted: no\n${head}${calendar}`);
    expect(taken.map(({ by }) => by)).to.deep.equal(['program', ...Array<string>(4).fill('machine'), 'person']);
  });
});

/** Sends a line and resolves to the answer to it. */
function answersOf(socket: Socket): (line: string) => Promise<string> {
  socket.setEncoding('utf8');
  return async (line) => {
    if (line !== '') socket.write(`${line}\r\n`);
    const [answer] = (await once(socket, 'data')) as [string];
    return answer;
  };
}
