import { expect } from 'chai';
import { incoming, rule, simservs } from '../mmtel/documents.ts';
import { attributesAt, textAt } from '../support/reading.ts';
import { Reference } from '../support/referring.ts';
import { Room } from '../support/room.ts';
import { idOf, type Name, sipOf } from '../support/system.ts';

const NOBODY = simservs(incoming(rule('', false)));

describe('who is added and may not come', () => {
  let room: Room;
  const open = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    room = await Room.open('udp', settings);
    for (const name of ['bob', 'carol', 'dave'] as const)
      await room.system.administration.setBarring({ name, document: NOBODY });
  };
  afterEach(() => room.close());

  const fails = async (name: Name): Promise<void> => {
    const user = await room.sees(name, 'disconnected');
    expect(textAt(user, 'endpoint/disconnection-method')).to.equal('failed');
    expect(textAt(user, 'endpoint/disconnection-info/when')).to.match(/Z$/);
    expect(textAt(user, 'endpoint/disconnection-info/reason')).to.include('communication barring');
  };

  it('CB: is failed in the roster, added by CCMP, with an endpoint or without, or by REFER', async () => {
    await open();
    expect(await room.brings('bob')).to.equal(401);
    await fails('bob');
    expect((await room.system.as('alice').brings(room.conference, idOf('carol'))).code).to.equal(401);
    await fails('carol');
    const alice = await room.stage.phone('alice');
    const reference = await Reference.send(alice, room.uri, `<${sipOf('dave')}>`);
    expect(await reference.final()).to.equal(603);
    await fails('dave');
    // Once more is no second one.
    expect(await room.brings('bob')).to.equal(401);
    expect(attributesAt(await room.user('bob'), 'endpoint', 'entity')).to.deep.equal([sipOf('bob')]);
    expect(textAt(await room.stage.document(room.conference), 'conference-state/user-count')).to.equal('0');
  });

  it('CB: is in the roster of nobody who may not add others, and joining leaves nothing', async () => {
    await open();
    const carol = await room.system.as('carol').brings(room.conference, idOf('bob'), '');
    expect(carol.code).to.be.oneOf([401, 404, 405]);
    expect(
      (await room.system.as('bob').joins(room.conference, '<info:endpoint entity="sip:bob@example.com"/>')).code,
    ).to.equal(200);
    expect(await room.user('carol')).to.equal(undefined);
  });

  it('is seen until she comes in', async () => {
    await open();
    expect(await room.brings('bob')).to.equal(401);
    await fails('bob');
    const call = await (await room.stage.phone('bob')).joins(room.uri);
    await room.watcher.sees(
      idOf('bob'),
      (user) =>
        textAt(user, 'endpoint/status') === 'connected' && attributesAt(user, 'endpoint', 'entity').length === 1,
    );
    await call.leaves();
    await room.misses('bob');
  });

  it('comes in by CCMP as if nothing had been', async () => {
    await open();
    for (const own of ['', undefined]) {
      expect(await room.brings('bob')).to.equal(401);
      await fails('bob');
      const endpoint = own === undefined ? undefined : `<info:endpoint entity="${sipOf('bob')}"/>`;
      expect((await room.system.as('bob').joins(room.conference, endpoint)).code).to.equal(200);
      const user = await room.user('bob');
      expect(textAt(user, 'endpoint/status')).to.equal(own === undefined ? undefined : 'connected');
      expect(textAt(user, 'endpoint/disconnection-method')).to.equal(undefined);
      expect((await room.system.as('bob').leaves(room.conference)).code).to.equal(200);
    }
  });

  it('is seen as long as the settings say, whoever is called and can not be had too', async () => {
    await open({ 'dialOut.failedShown': 50 });
    expect(await room.brings('bob')).to.equal(401);
    await fails('bob');
    await room.misses('bob');
    expect(await room.brings('dave', 'tel:+49301234')).to.equal(401);
    await room.system.administration.removeBarring({ name: 'dave' });
    expect(await room.brings('dave', 'tel:+49301234')).to.equal(200);
    await room.watcher.sees(
      idOf('dave'),
      (user) => textAt(user, 'endpoint/disconnection-info/reason') === 'SIP;cause=403;text="Nobody Is Called There"',
    );
    await room.misses('dave');
    expect(await room.user('bob')).to.equal(undefined);
  });

  it('goes also after a restart', async () => {
    await open({ 'dialOut.failedShown': 1_500 });
    expect(await room.brings('bob')).to.equal(401);
    await room.system.restart();
    room.watcher = await room.stage.watches(room.conference);
    await room.misses('bob');
    expect(await room.user('bob')).to.equal(undefined);
  });

  it('makes room for the next where there are too many', async () => {
    await open({ 'dialOut.failedAtMost': 2 });
    for (const name of ['bob', 'carol', 'dave'] as const) expect(await room.brings(name)).to.equal(401);
    await fails('dave');
    await room.misses('bob');
    await fails('carol');
  });
});
