import { expect } from 'chai';
import { overloadDefaults, type OverloadLimits } from '../../lib/ccmp/overload.ts';
import { ccmpDefaults, type CcmpSettings } from '../../lib/ccmp/server.ts';
import { decodeResponse } from '../../lib/ccmp/codec/response.ts';
import { parse } from '../../lib/xml/parse.ts';
import { signal } from '../http/connection.ts';
import { ALICE, requestText } from './messages.ts';
import { basic, CCMP_HEADERS, Service } from './service.ts';

const BOB = '<confUserID>xcon-userid:bob@example.com</confUserID>';
const target = '<confObjID>xcon:1@example.com</confObjID><operation>retrieve</operation>';
const retrieve = requestText('conf', `${ALICE}${target}`);
const list = requestText('confs', ALICE);
const participants = requestText('users', `${ALICE}${target}`);

describe('CCMP under load', () => {
  const time = { now: 0 };
  let service: Service;
  let release: ReturnType<typeof signal>;
  let begun: number;
  let beginning: () => void;

  async function start(overload: Partial<OverloadLimits>, more: Partial<CcmpSettings> = {}): Promise<void> {
    time.now = 0;
    service = await Service.start({ ...more, overload: { ...overloadDefaults, ...overload } }, () => time.now);
    release = signal();
    begun = 0;
    beginning = () => undefined;
    // Retrieving a conference takes until it is told to end.
    const { retrieve: answer } = service.control;
    service.control.retrieve = async (call, uri) => {
      begun += 1;
      beginning();
      await release.given;
      return answer(call, uri);
    };
  }
  afterEach(async () => {
    release.give();
    await service.close();
  });

  const underWay = async (count: number): Promise<void> => {
    while (begun < count) await new Promise<void>((resolve) => (beginning = resolve));
  };

  it('answers 510 at once, in the kind of the request, to one more than it works on [H17]', async () => {
    await start({ inFlight: 2 });
    const held = [service.ask(retrieve), service.ask(retrieve)];
    await underWay(2);
    for (const [body, type] of [
      [list, 'confs'],
      [participants, 'users'],
      [retrieve, 'conf'],
    ] as const) {
      const answer = await service.ask(body);
      expect(answer).to.include({ type, code: 510, confUserID: 'xcon-userid:alice@example.com' });
      expect(answer.string).to.match(/^Send it again/);
    }
    expect(service.logged.at(-1)).to.include({ code: 510, limit: 'overload.inFlight' });
    expect((await service.ask('<unread')).code, 'what it does not read').to.equal(510);
    release.give();
    expect((await Promise.all(held)).map(({ code }) => code)).to.deep.equal([200, 200]);
    expect((await service.ask(list)).code).to.equal(200);
  });

  it('answers 510 to one user who has too much under way, and serves others [H17]', async () => {
    await start({ inFlightPerUser: 1 });
    const held = service.ask(retrieve);
    await underWay(1);
    expect((await service.ask(list)).code).to.equal(510);
    expect((await service.ask(requestText('confs', BOB), basic('bob'))).code).to.equal(200);
    release.give();
    expect((await held).code).to.equal(200);
    expect((await service.ask(list)).code).to.equal(200);
  });

  it('answers 510 when a request takes too long, and counts it until it has ended [H17]', async () => {
    await start({ requestTime: 20, inFlight: 1 });
    const answer = await service.ask(retrieve);
    expect(answer).to.include({ type: 'conf', operation: 'retrieve', code: 510, confObjID: 'xcon:1@example.com' });
    expect(answer.string).to.match(/^Look whether it was done/);
    expect((await service.ask(list)).code, 'it still runs').to.equal(510);
    release.give();
    while ((await service.ask(list)).code !== 200);
  });

  it('survives work that fails after nobody waits for it any more', async () => {
    await start({ requestTime: 20 });
    service.control.retrieve = async () => {
      await release.given;
      throw new Error('too late');
    };
    expect((await service.ask(retrieve)).code).to.equal(510);
    release.give();
    expect((await service.ask(list)).code).to.equal(200);
  });

  const outside = (address: string, user = 'alice') => ({
    ...CCMP_HEADERS,
    ...basic(user),
    'X-Forwarded-For': address,
    'X-Forwarded-Proto': 'https',
  });

  it('slows down a user who sends too fast from outside, wherever from [H17]', async () => {
    await start({ userRate: 1, userBurst: 2 });
    const send = async (address: string) => {
      const answer = await service.send(list, outside(address));
      return { ...decodeResponse(parse(answer.body)), retryAfter: answer.headers['retry-after'] };
    };
    expect((await send('192.0.2.1')).code).to.equal(200);
    expect((await send('192.0.2.2')).code).to.equal(200);
    const slowed = await send('192.0.2.3');
    expect(slowed).to.include({ type: 'confs', code: 510, retryAfter: '1' });
    expect(slowed.string).to.equal('Wait 1 s: you send too many requests.');
    const other = await service.send(requestText('confs', BOB), outside('192.0.2.1', 'bob'));
    expect(other.body).to.contain('<response-code>200</response-code>');
    for (let times = 0; times < 5; times++) expect((await service.ask(list)).code, 'from this machine').to.equal(200);
    time.now += 1_000;
    expect((await send('192.0.2.3')).code).to.equal(200);
  });

  it('knows a user however she writes her id, and a stranger who writes it as a stranger [H17]', async () => {
    await start({ userRate: 1, userBurst: 2 });
    const asking = (port: number): string =>
      requestText('confs', `<confUserID>xcon-userid:ALICE@example.com:${port}</confUserID>`);
    const stranger = { ...CCMP_HEADERS, 'X-Forwarded-For': '198.51.100.1', 'X-Forwarded-Proto': 'https' };
    for (let times = 0; times < 3; times++) await service.send(requestText('user', `${ALICE}${target}`), stranger);
    const codes: number[] = [];
    for (const port of [5060, 5061, 5062]) {
      const { body } = await service.send(asking(port), outside('192.0.2.1'));
      codes.push(decodeResponse(parse(body)).code);
    }
    expect(codes).to.deep.equal([200, 200, 510]);
  });

  it('slows down a network that sends too fast before it reads what it sends', async () => {
    await start({ addressRate: 1, addressBurst: 2 });
    const status = async (address: string) => (await service.send('<unread', outside(address))).status;
    expect([await status('2001:db8::1'), await status('2001:db8::2')]).to.deep.equal([400, 400]);
    const slowed = await service.send('<unread', outside('2001:db8::3'));
    expect(slowed).to.include({ status: 429, body: 'Too many requests come from your network.\n' });
    expect(slowed.headers).to.include({ 'retry-after': '1' });
    expect(service.logged.at(-1)).to.include({ limit: 'overload.addressRate' });
    expect(await status('2001:db8:0:1::1'), 'another network').to.equal(400);
    time.now += 1_000;
    expect(await status('2001:db8::3')).to.equal(400);
  });

  it('sends clients elsewhere without a CCMP answer while it moves or rests [H13]', async () => {
    const redirect = 'https://other.example.com/ccmp';
    await start({}, { redirect, retryAfter: 120 });
    const answer = await service.send(list, { ...CCMP_HEADERS, ...basic('alice') });
    expect(answer.status).to.equal(307);
    expect(answer.headers).to.include({ location: redirect, 'retry-after': '120', 'cache-control': 'no-store' });
    expect(answer.headers['content-type']).to.match(/^text\/plain/);
    expect(answer.body).not.to.contain('ccmp');
    await service.close();
    await start({}, { redirect });
    const atOnce = await service.send(list, CCMP_HEADERS);
    expect(atOnce.headers).to.include({ location: redirect }).and.not.to.have.property('retry-after');
    expect(ccmpDefaults.redirect).to.equal(undefined);
  });
});
