import { expect } from 'chai';
import { freePort } from '../sip/peers/program.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { Phone } from '../support/phone.ts';
import { Reference } from '../support/referring.ts';
import { textAt } from '../support/reading.ts';
import { Stage, type Watcher } from '../support/stage.ts';
import { idOf, made, type Name, sipOf } from '../support/system.ts';

const at = (address: string): string => `<info:endpoint entity="${address}"/>`;

describe('calls that the focus makes', () => {
  let stage: Stage;
  let conference: string;
  let watcher: Watcher;

  const start = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    stage = await Stage.start('udp', settings);
    conference = await stage.conference();
    watcher = await stage.watches(conference);
  };
  afterEach(() => stage.close());

  const server = (): string => stage.system.sip('x', 'udp').replace('x@', '');
  const registered = async (name: Name): Promise<Phone> => {
    const phone = await stage.phone(name);
    await phone.registers(server(), 600);
    return phone;
  };
  const sees = (name: Name, status: string) =>
    watcher.sees(idOf(name), (user) => textAt(user, 'endpoint/status') === status);
  const brings = async (name: Name, address = sipOf(name)) =>
    (await stage.system.as('alice').brings(conference, idOf(name), at(address))).code;
  const contactOf = (phone: Phone): string => /<([^>]*)>/.exec(phone.contact)?.[1] ?? '';

  it('are made again as the settings say', async () => {
    await start({ 'dialOut.attempts': 3, 'dialOut.retryAfter': 1 });
    const bob = await registered('bob');
    expect(await brings('bob')).to.equal(200);
    for (let calls = 1; calls < 3; calls++) (await bob.rings()).refuses(486);
    await (await bob.rings()).picksUp();
    await sees('bob', 'connected');
  });

  it('reach addresses of other domains where the settings allow it, and no closed network', async () => {
    await start({ 'dialOut.domains': '127.0.0.1' });
    const carol = await stage.phone('carol');
    expect(await brings('dave', contactOf(carol))).to.equal(200);
    expect(textAt(await sees('dave', 'disconnected'), 'endpoint/disconnection-info/reason')).to.match(/^SIP;cause=503/);
    await stage.close();
    await start({ 'dialOut.domains': '127.0.0.1', 'dialOut.networks': '127.0.0.0/8' });
    const phone = await stage.phone('carol');
    expect(await brings('dave', contactOf(phone))).to.equal(200);
    await (await phone.rings()).picksUp();
    await sees('dave', 'connected');
  });

  it('reach telephones through the gateway, as often as a user may call', async () => {
    const gateway = await Stage.start('udp');
    try {
      const telephone = await gateway.phone('dave');
      const settings = { 'dialOut.numbers': '+4930', 'dialOut.networks': '127.0.0.0/8', 'dialOut.foreignCalls': 1 };
      await start({ ...settings, 'dialOut.gateway': contactOf(telephone) });
      expect(await brings('dave', 'tel:+49-30-1234')).to.equal(200);
      const call = await telephone.rings();
      expect(call.request.uri.toString()).to.equal('tel:+49-30-1234');
      await call.picksUp();
      await sees('dave', 'connected');
      await brings('carol', 'tel:+49301235');
      const reason = textAt(await sees('carol', 'disconnected'), 'endpoint/disconnection-info/reason');
      expect(reason).to.match(/^SIP;cause=503;text="Too Many Calls"/);
    } finally {
      await gateway.close();
    }
  });

  it('go on after a restart, once for each', async () => {
    await start({ 'sip.listen': `127.0.0.1:${await freePort()}` });
    const bob = await registered('bob');
    expect(await brings('bob')).to.equal(200);
    const before = await bob.rings();
    await before.incoming.progress(180);
    await stage.system.restart();
    expect((await before.over()).cause).to.equal('refused');
    watcher = await stage.watches(conference);
    const call = await bob.rings();
    await call.picksUp();
    await sees('bob', 'connected');
  });

  it('[E15] begin when the list is to be asked, once in each occurrence [E36]', async () => {
    await start();
    const [bob, carol] = [await registered('bob'), await registered('carol')];
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
    const answer = await stage.system
      .as('alice')
      .creates(`<info:conference-description>${time}</info:conference-description>${list}`);
    const uri = made(answer);
    await (await bob.rings()).picksUp();
    watcher = await stage.watches(uri);
    await sees('bob', 'connected');
    expect(asked).to.deep.equal([`<${uri.replace('xcon:', 'sip:')}>`]);
  });

  it('are barred by who is called [U11]', async () => {
    await start();
    await registered('bob');
    const bars = (uri: string): string =>
      `<ss:simservs xmlns:ss="http://uri.etsi.org/ngn/params/xml/simservs/xcap" xmlns:cp="urn:ietf:params:xml:ns:common-policy"><ss:incoming-communication-barring active="true"><cp:ruleset><cp:rule id="a"><cp:conditions><cp:identity><cp:one id="${uri}"/></cp:identity></cp:conditions><cp:actions><ss:allow>false</ss:allow></cp:actions></cp:rule></cp:ruleset></ss:incoming-communication-barring></ss:simservs>`;
    await stage.system.administration.setBarring({ name: 'bob', document: bars(sipOf('alice')) });
    expect(await brings('bob')).to.equal(401);
    const alice = await stage.phone('alice');
    const reference = await Reference.send(alice, stage.uri(conference), `<${sipOf('bob')}>`);
    expect(reference.status).to.equal(202);
    expect(await reference.final()).to.equal(603);
  });

  it('are not made where the settings say so: who is brought in is in', async () => {
    await start({ 'dialOut.enabled': 'no' });
    expect(await brings('bob')).to.equal(200);
    await sees('bob', 'connected');
  });
});
