import { expect } from 'chai';
import { freePort } from '../sip/peers/program.ts';
import type { Phone } from '../support/phone.ts';
import { textAt } from '../support/reading.ts';
import { Stage, type Watcher } from '../support/stage.ts';
import { idOf, type Name, sipOf } from '../support/system.ts';

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

  it('are not made where the settings say so: who is brought in is in', async () => {
    await start({ 'dialOut.enabled': 'no' });
    expect(await brings('bob')).to.equal(200);
    await sees('bob', 'connected');
  });
});
