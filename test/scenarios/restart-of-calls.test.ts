import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { plenary, type RunningServer, serve } from '../support/command.ts';
import { users } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import type { PhoneCall } from '../support/phone-call.ts';
import { Phone, type RingingCall } from '../support/phone.ts';
import { all, textAt } from '../support/reading.ts';
import { Watcher, XCON_DOCUMENT } from '../support/stage.ts';
import { made } from '../support/system.ts';

const PARTICIPANTS = 100;
const GONE = 30;
const KILLED = new URL('../support/killed.mjs', import.meta.url).href;

const SETTINGS = {
  PLENARY_SIP_TRUSTED_ADDRESSES: '127.0.0.1',
  PLENARY_SIP_TRUST_UDP: 'yes',
  // Who does not answer is given up after 64 of these.
  PLENARY_SIP_TIMES_T1: '30',
  PLENARY_NOTIFICATION_MIN_INTERVAL: '1',
  PLENARY_NOTIFICATION_URGENT_INTERVAL: '1',
};

describe('calls and a killed server', function () {
  this.timeout(120_000);
  let data = '';
  let server: RunningServer | undefined;
  const phones: Phone[] = [];
  const agent = new Agent({ keepAlive: true });

  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'plenary-calls-'))));
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    server?.process.kill('SIGKILL');
    await server?.ended;
    rmSync(data, { recursive: true });
  });
  after(() => agent.destroy());

  const phone = async (name: string, protocol: 'udp' | 'tcp' = 'udp'): Promise<Phone> => {
    const opened = await Phone.open(name, 'demo', protocol);
    phones.push(opened);
    return opened;
  };

  it(`[L8, V5] of ${PARTICIPANTS} participants those are in who are still there, and no others`, async () => {
    const args = ['--domain', 'example.com', '--data', data];
    await plenary(['user', 'add', 'alice', ...args], { input: 'demo\n' });
    server = await serve(args, { environment: SETTINGS });
    const sip = await server.told(/(sip:127\.0\.0\.1:\d+);transport=udp/);
    const port = sip.split(':').at(-1) ?? '';
    const alice = new Party(() => server?.url ?? '', agent, {
      id: 'xcon-userid:alice@example.com',
      authorization: basic('alice', 'demo'),
    });
    const conference = made(await alice.creates(users('<xcon:join-handling>allow</xcon:join-handling>')));
    const target = `sip:${conference.slice('xcon:'.length).replace(/@.*/, '')}@127.0.0.1:${port}`;

    const [staying, leaving] = [await phone('staying'), await phone('leaving')];
    const calls = new Map<string, PhoneCall>();
    const join = async (number: number): Promise<void> => {
      const address = `sip:p${number}@elsewhere.example`;
      const edge = number < GONE ? leaving : staying;
      const fields = [['P-Asserted-Identity', `<${address}>`]] as const;
      calls.set(`xcon-userid:p${number}@elsewhere.example`, await edge.joins(target, { from: `<${address}>`, fields }));
    };
    await Promise.all(Array.from({ length: PARTICIPANTS }, (_, number) => join(number)));
    expect(textAt((await alice.retrieves(conference)).info, 'conference-state/user-count')).to.equal(
      String(PARTICIPANTS),
    );

    server.process.kill('SIGKILL');
    await server.ended;
    await leaving.close();
    server = await serve([...args, '--sip', `127.0.0.1:${port}`], { environment: SETTINGS });

    // What is told of so many is too large for a datagram.
    const watching = await phone('alice', 'tcp');
    const subscription = await watching.watches(`${target};transport=tcp`, [['Accept', XCON_DOCUMENT]]);
    const watcher = new Watcher(subscription, 'xcon-conference-info');
    const count = (number: number) =>
      watcher.until((document) => textAt(document, 'conference-state/user-count') === String(number));
    const document = await count(PARTICIPANTS - GONE);
    const callers = all(document, 'users/user').filter((user) => calls.has(user.attribute('entity') ?? ''));
    const present = callers.filter((user) => textAt(user, 'endpoint/status') === 'connected');
    const expected = [...calls.keys()].filter((one) => !isGone(one));
    expect(present.map((user) => user.attribute('entity'))).to.have.members(expected);
    // Those who are gone are shown so for a while.
    const others = callers.filter((user) => !present.includes(user));
    for (const user of others) expect(textAt(user, 'endpoint/status')).to.equal('disconnected');

    const [first = '', second = ''] = expected;
    await calls.get(first)?.leaves();
    await count(PARTICIPANTS - GONE - 1);
    expect((await alice.removes(conference, second)).code).to.equal(200);
    expect((await calls.get(second)?.over())?.cause).to.equal('left');
  });
});

describe('somebody who is called, and a killed server', function () {
  this.timeout(120_000);
  const agent = new Agent({ keepAlive: true });
  let data = '';
  let server: RunningServer;
  let sip = '';
  let bob: Phone;
  let root: Phone;
  const args = (): string[] => ['--domain', 'example.com', '--data', data];
  const alice = new Party(() => server.url, agent, {
    id: 'xcon-userid:alice@example.com',
    authorization: basic('alice', 'demo'),
  });

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-answered-'));
    for (const name of ['alice', 'bob']) await plenary(['user', 'add', name, ...args()], { input: 'demo\n' });
    [bob, root] = [await Phone.open('bob', 'demo'), await Phone.open('alice', 'demo')];
  });
  afterEach(async () => {
    await Promise.all([bob.close(), root.close()]);
    server.process.kill('SIGKILL');
    await server.ended;
    rmSync(data, { recursive: true });
  });
  after(() => agent.destroy());

  /** Bob is called; at a moment of his answer the server is killed. */
  const isCalled = async (moment?: string): Promise<{ readonly call: RingingCall; readonly conference: string }> => {
    const options = `--import tsx${moment === undefined ? '' : ` --import ${KILLED}?${moment}`}`;
    server = await serve(args(), { environment: { ...SETTINGS, NODE_OPTIONS: options } });
    sip = await server.told(/(sip:127\.0\.0\.1:\d+);transport=udp/);
    expect((await bob.registers(sip, 600)).status).to.equal(200);
    const conference = made(await alice.creates(users('<xcon:join-handling>allow</xcon:join-handling>')));
    const endpoint = '<info:endpoint entity="sip:bob@example.com"/>';
    expect((await alice.brings(conference, BOB, endpoint)).code).to.equal(200);
    return { call: await bob.rings(), conference };
  };

  const restarts = async (): Promise<void> => {
    server = await serve([...args(), '--sip', sip.replace('sip:', '')], { environment: SETTINGS });
  };

  /** He is in by this very call, which has media of the new life, and has rung once; then he is removed. */
  const isIn = async (call: RingingCall, conference: string): Promise<void> => {
    expect((await call.refreshed()).method).to.equal('INVITE');
    const target = `sip:${conference.slice('xcon:'.length).replace(/@.*/, '')}@${sip.replace('sip:', '')}`;
    const watcher = new Watcher(await root.watches(target, [['Accept', XCON_DOCUMENT]]), 'xcon-conference-info');
    const user = await watcher.sees(BOB, (one) => textAt(one, 'endpoint/status') === 'connected');
    expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-out');
    expect(textAt(user, 'endpoint/call-info/sip/call-id')).to.equal(call.session?.dialog.callId);
    expect((await alice.removes(conference, BOB)).code).to.equal(200);
    expect((await call.over()).cause).to.equal('left');
    expect(bob.unheard).to.equal(0);
  };

  for (const [moment, when] of [
    ['answer', 'who has answered when nothing of it was kept'],
    ['acknowledgement', 'whose answer was kept and not acknowledged'],
    ['report', 'whom the roster did not have yet'],
  ] as const)
    it(`[L8] ${when} is in the roster after it, and his telephone has rung once`, async () => {
      const { call, conference } = await isCalled(moment);
      // Without an ACK it is the next life that gives him a session.
      const picking = call.picksUp();
      await server.ended;
      await restarts();
      await picking;
      await isIn(call, conference);
    });

  it('[L8] whose telephone rings goes on with the same call, and answers it after the restart', async () => {
    const { call, conference } = await isCalled();
    await call.incoming.progress(180);
    server.process.kill('SIGKILL');
    await server.ended;
    await restarts();
    await call.picksUp();
    await isIn(call, conference);
  });

  for (const [how, ends] of [
    ['is removed', (conference: string) => alice.removes(conference, BOB)],
    ['is called into what is deleted', (conference: string) => alice.deletes(conference)],
  ] as const)
    it(`[L8] who ${how} as the server is killed rings no more after the restart, nor again`, async () => {
      const { call, conference } = await isCalled('removal');
      await call.incoming.progress(180);
      const answered = await ends(conference).catch(() => undefined);
      expect(answered, 'killed before the answer').to.equal(undefined);
      await server.ended;
      await restarts();
      expect(await call.over()).to.include({ cause: 'refused', status: 487 });
      expect(bob.unheard).to.equal(0);
    });

  it('[L8] who rings while the server is stopped is called anew by the next', async () => {
    const { call } = await isCalled();
    server.process.kill('SIGTERM');
    await server.ended;
    expect((await call.over()).cause).to.equal('refused');
    await restarts();
    const again = await bob.rings();
    expect(again.request.callId).not.to.equal(call.request.callId);
  });
});

const BOB = 'xcon-userid:bob@example.com';
const isGone = (entity: string): boolean => Number(/p(\d+)@/.exec(entity)?.[1]) < GONE;
