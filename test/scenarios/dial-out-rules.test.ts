import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { freePort } from '../sip/peers/program.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { Phone } from '../support/phone.ts';
import { Reference } from '../support/referring.ts';
import { textAt } from '../support/reading.ts';
import { Room } from '../support/room.ts';
import { Stage } from '../support/stage.ts';
import { idOf, made, sipOf } from '../support/system.ts';

describe('calls that the focus makes', () => {
  let room: Room;
  const start = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    room = await Room.open('udp', settings);
  };
  afterEach(() => room.close());
  const contactOf = (phone: Phone): string => /<([^>]*)>/.exec(phone.contact)?.[1] ?? '';

  it('are made again as the settings say', async () => {
    await start({ 'dialOut.attempts': 3, 'dialOut.retryAfter': 1 });
    const bob = await room.registered('bob');
    expect(await room.brings('bob')).to.equal(200);
    for (let calls = 1; calls < 3; calls++) (await bob.rings()).refuses(486);
    await (await bob.rings()).picksUp();
    await room.sees('bob', 'connected');
  });

  it('reach addresses of other domains where the settings allow it, and no closed network', async () => {
    await start({ 'dialOut.domains': '127.0.0.1' });
    const carol = await room.stage.phone('carol');
    expect(await room.brings('dave', contactOf(carol))).to.equal(200);
    expect(textAt(await room.sees('dave', 'disconnected'), 'endpoint/disconnection-info/reason')).to.match(
      /^SIP;cause=503/,
    );
    await room.close();
    await start({ 'dialOut.domains': '127.0.0.1', 'dialOut.networks': '127.0.0.0/8' });
    const phone = await room.stage.phone('carol');
    expect(await room.brings('dave', contactOf(phone))).to.equal(200);
    await (await phone.rings()).picksUp();
    await room.sees('dave', 'connected');
  });

  it('go to the outbound proxy, but for telephones that have registered', async () => {
    const other = await Stage.start('udp');
    try {
      const proxy = await other.phone('dave');
      const settings = { 'dialOut.domains': 'elsewhere.invalid', 'dialOut.networks': '127.0.0.0/8' };
      await start({ ...settings, 'sip.outboundProxy': contactOf(proxy) });
      expect(await room.brings('dave', 'sip:dave@elsewhere.invalid')).to.equal(200);
      const call = await proxy.rings();
      expect(call.request.uri.toString()).to.equal('sip:dave@elsewhere.invalid');
      await call.picksUp();
      await room.sees('dave', 'connected');
      const bob = await room.registered('bob');
      expect(await room.brings('bob')).to.equal(200);
      await (await bob.rings()).picksUp();
      await room.sees('bob', 'connected');
      expect(proxy.unheard).to.equal(0);
    } finally {
      await other.close();
    }
  });

  it('follow no Contact of an answer into a closed network: no ACK goes there, and the call has failed', async () => {
    const elsewhere = createSocket('udp4');
    const heard: string[] = [];
    elsewhere.on('message', (bytes) => heard.push(bytes.toString()));
    elsewhere.bind(0, '127.0.0.2');
    await once(elsewhere, 'listening');
    try {
      await start({ 'dialOut.domains': '127.0.0.1', 'dialOut.networks': '127.0.0.1/32' });
      const carol = await room.stage.phone('carol');
      expect(await room.brings('dave', contactOf(carol))).to.equal(200);
      const call = await carol.rings();
      call.incoming.session.dialog.contact = `<sip:victim@127.0.0.2:${elsewhere.address().port}>`;
      await call.picksUp();
      const user = await room.sees('dave', 'disconnected');
      expect(textAt(user, 'endpoint/disconnection-method')).to.equal('failed');
      expect(textAt(user, 'endpoint/disconnection-info/reason')).to.match(/^SIP;cause=503/);
      // What is sent later comes later, if it comes.
      const last = new Promise((done) => elsewhere.once('message', done));
      elsewhere.send('the end', elsewhere.address().port, '127.0.0.2');
      await last;
      expect(heard).to.deep.equal(['the end']);
    } finally {
      elsewhere.close();
    }
  });

  it('reach telephones through the gateway, as often as a user may call, whatever restarts', async () => {
    const gateway = await Stage.start('udp');
    try {
      const telephone = await gateway.phone('dave');
      const settings = { 'dialOut.numbers': '+4930', 'dialOut.networks': '127.0.0.0/8', 'dialOut.foreignCalls': 1 };
      const own = { 'sip.listen': `127.0.0.1:${await freePort()}` };
      await start({ ...settings, ...own, 'dialOut.gateway': contactOf(telephone) });
      expect(await room.brings('dave', 'tel:+49-30-1234')).to.equal(200);
      const call = await telephone.rings();
      expect(call.request.uri.toString()).to.equal('tel:+49-30-1234');
      await call.picksUp();
      await room.sees('dave', 'connected');
      const isTooMany = async (name: 'carol' | 'bob', number: string): Promise<void> => {
        await room.brings(name, number);
        const reason = textAt(await room.sees(name, 'disconnected'), 'endpoint/disconnection-info/reason');
        expect(reason).to.match(/^SIP;cause=503;text="Too Many Calls"/);
      };
      await isTooMany('carol', 'tel:+49301235');
      await room.system.restart();
      room.watcher = await room.stage.watches(room.conference);
      await isTooMany('bob', 'tel:+49301236');
    } finally {
      await gateway.close();
    }
  });

  it('go on after a restart, once for each', async () => {
    await start({ 'sip.listen': `127.0.0.1:${await freePort()}` });
    const bob = await room.registered('bob');
    expect(await room.brings('bob')).to.equal(200);
    const before = await bob.rings();
    await before.incoming.progress(180);
    await room.system.restart();
    expect((await before.over()).cause).to.equal('refused');
    room.watcher = await room.stage.watches(room.conference);
    const call = await bob.rings();
    await call.picksUp();
    await room.sees('bob', 'connected');
  });

  it('[E15] begin when the list is to be asked, once in each occurrence [E36]', async () => {
    await start();
    const [bob, carol] = [await room.registered('bob'), await room.registered('carol')];
    const asked: string[] = [];
    carol.agent.handle('REFER', (server) => {
      asked.push(server.request.header('Refer-To') ?? '');
      server.respond(Response.to(server.request, 202, { toTag: 'carol' }));
    });
    const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19);
    const begins = Date.now() + 60_000;
    const base = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//x//y//EN',
      'BEGIN:VEVENT',
      'UID:a@b',
      'DTSTAMP:20300101T000000Z',
    ]
      .concat(`DTSTART:${stamp(begins).replace(/[-:]/g, '')}Z`, 'DURATION:PT1H', 'END:VEVENT', 'END:VCALENDAR', '')
      .join('&#13;\n');
    // A minute before it starts, but its people are asked now.
    const time = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base><xcon:request-user>${stamp(Date.now() + 500)}Z</xcon:request-user></xcon:entry></xcon:conference-time>`;
    const list =
      '<info:users><xcon:allowed-users-list>' +
      `<xcon:target uri="${sipOf('bob')}" method="dial-out"/><xcon:target uri="${idOf('carol')}" method="refer"/>` +
      '</xcon:allowed-users-list></info:users>';
    const answer = await room.system
      .as('alice')
      .creates(`<info:conference-description>${time}</info:conference-description>${list}`);
    const uri = made(answer);
    await (await bob.rings()).picksUp();
    room.watcher = await room.stage.watches(uri);
    await room.sees('bob', 'connected');
    expect(asked).to.deep.equal([`<${uri.replace('xcon:', 'sip:')}>`]);
  });

  it('are barred by who is called [U11]', async () => {
    await start();
    await room.registered('bob');
    const bars = (uri: string): string =>
      `<ss:simservs xmlns:ss="http://uri.etsi.org/ngn/params/xml/simservs/xcap" xmlns:cp="urn:ietf:params:xml:ns:common-policy"><ss:incoming-communication-barring active="true"><cp:ruleset><cp:rule id="a"><cp:conditions><cp:identity><cp:one id="${uri}"/></cp:identity></cp:conditions><cp:actions><ss:allow>false</ss:allow></cp:actions></cp:rule></cp:ruleset></ss:incoming-communication-barring></ss:simservs>`;
    await room.system.administration.setBarring({ name: 'bob', document: bars(sipOf('alice')) });
    expect(await room.brings('bob')).to.equal(401);
    const alice = await room.stage.phone('alice');
    const reference = await Reference.send(alice, room.uri, `<${sipOf('bob')}>`);
    expect(reference.status).to.equal(202);
    expect(await reference.final()).to.equal(603);
  });

  it('are not made where the settings say so: who is brought in is in', async () => {
    await start({ 'dialOut.enabled': 'no' });
    expect(await room.brings('bob')).to.equal(200);
    await room.sees('bob', 'connected');
  });
});
