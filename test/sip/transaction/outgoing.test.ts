import { expect } from 'chai';
import { Response } from '../../../lib/sip/message/response.ts';
import { TransactionLayer } from '../../../lib/sip/transaction/layer.ts';
import { Outgoing, type SendOptions } from '../../../lib/sip/transaction/outgoing.ts';
import type { ServerTransaction } from '../../../lib/sip/transaction/server.ts';
import type { Target } from '../../../lib/sip/transport/flow.ts';
import { Network } from '../network.ts';
import { newRequest } from '../requests.ts';
import { VirtualClock } from '../virtual-clock.ts';

const ALICE = '192.0.2.1';
const respond = (server: ServerTransaction, status: number) =>
  server.respond(Response.to(server.request, status, { toTag: 'b' }));

/** Alice, and one server for each behaviour, located in their order; a server without behaviour isn't there. */
function stage(...behaviours: (((server: ServerTransaction) => void) | undefined)[]) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = network.host(ALICE);
  const transactions = new TransactionLayer({ clock, transport: alice });
  const targets = behaviours.map((behaviour, index): Target => {
    const address = `192.0.2.${index + 11}`;
    if (behaviour !== undefined) new TransactionLayer({ clock, transport: network.host(address) }).onRequest(behaviour);
    return { protocol: 'udp', address, port: 5060 };
  });
  const locate = () => (targets.length === 0 ? Promise.reject(new Error('no server')) : Promise.resolve(targets));
  const outgoing = new Outgoing({ transactions, transport: alice, locator: { locate, locateRequest: locate } });
  /** Sends, lets a while pass, and tells the outcome. */
  const send = async (method: string, options: SendOptions = {}, wait = 70_000): Promise<string> => {
    const outcome = outgoing.send(newRequest(method), options).then(
      ({ response, cause, flow }) => `${response.status} ${cause ?? ''} ${flow?.remote.address ?? ''}`,
      (error: unknown) => `rejected: ${String(error)}`,
    );
    await clock.pass(wait);
    return outcome;
  };
  return { clock, network, alice, outgoing, send };
}

const silent = () => undefined;
const accepting = (server: ServerTransaction) => respond(server, 200);

describe('An outgoing request', () => {
  it('is answered by the first target that is there (RFC 3263 §4.3)', async () => {
    expect(await stage(accepting, accepting).send('OPTIONS')).to.equal('200  192.0.2.11');
    expect(await stage(undefined, accepting).send('OPTIONS')).to.equal('200  192.0.2.12');
  });

  it('goes to the next target after 503 and after silence, with another branch', async () => {
    const { network, send } = stage((server) => respond(server, 503), silent, accepting);
    expect(await send('OPTIONS')).to.equal('200  192.0.2.13');
    const branches = network.sent.filter(({ from }) => from === ALICE).map(({ message }) => message.via.branch);
    expect(new Set(branches).size).to.equal(3);
  });

  it('goes to no target that is not admitted', async () => {
    const admits = ({ address }: Target): boolean => address === '192.0.2.12';
    expect(await stage(accepting, accepting).send('INVITE', { admits })).to.equal('200  192.0.2.12');
    expect(await stage(accepting).send('INVITE', { admits })).to.equal('503 unlocated ');
  });

  it('keeps any other final response', async () => {
    expect(await stage((server) => respond(server, 500), accepting).send('OPTIONS')).to.equal('500  192.0.2.11');
    expect(await stage((server) => respond(server, 486), accepting).send('INVITE')).to.equal('486  192.0.2.11');
  });

  it('ends as 408 or 503 when nobody answers, as RFC 3261 §8.1.3.1 wants', async () => {
    expect(await stage(silent).send('OPTIONS')).to.equal('408 timeout 192.0.2.11');
    expect(await stage(undefined, undefined).send('OPTIONS')).to.equal('503 transport ');
    expect(await stage().send('OPTIONS')).to.equal('503 unlocated ');
    expect(await stage((server) => respond(server, 503)).send('OPTIONS')).to.equal('503  192.0.2.11');
  });

  it('does not ring a second server after the first has rung', async () => {
    const { clock, network, alice, outgoing } = stage((server) => respond(server, 180), accepting);
    const outcome = outgoing.send(newRequest('INVITE'), { flow: alice.flowTo('192.0.2.11', 'tcp') });
    await clock.pass(100);
    alice.flowTo('192.0.2.11', 'tcp').close();
    await clock.pass(100);
    const { cause } = await outcome;
    expect(cause).to.equal('transport');
    expect(network.trace.filter((line) => line.endsWith('INVITE') && line.startsWith(`${ALICE} `))).to.have.length(1);
  });

  it('takes the flow that it is given while that is open, else the located targets (RFC 5626 §5.3)', async () => {
    const { alice, send } = stage(accepting, accepting);
    const flow = alice.flowTo('192.0.2.12', 'tcp');
    expect(await send('OPTIONS', { flow })).to.equal('200  192.0.2.12');
    flow.close();
    expect(await send('OPTIONS', { flow })).to.equal('200  192.0.2.11');
  });

  it('takes a flow that breaks under it for closed', async () => {
    const { clock, alice, network, outgoing } = stage(accepting, silent);
    const flow = alice.flowTo('192.0.2.12', 'tcp');
    const outcome = outgoing.send(newRequest('OPTIONS'), { flow });
    await clock.pass(50);
    flow.close();
    await clock.pass(50);
    expect((await outcome).flow?.remote.address).to.equal('192.0.2.11');
    expect(network.trace).to.have.length(3);
  });

  it('tells provisional responses and every 2xx', async () => {
    const heard: string[] = [];
    const { send } = stage((server) => {
      for (const [status, toTag] of [
        [180, 'a'],
        [183, 'b'],
        [200, 'a'],
        [200, 'b'],
      ] as const)
        server.respond(Response.to(server.request, status, { toTag }));
    });
    const onResponse = ({ status, to }: Response) => heard.push(`${status} ${to.tag ?? ''}`);
    expect(await send('INVITE', { onResponse })).to.equal('200  192.0.2.11');
    expect(heard).to.deep.equal(['180 a', '183 b', '200 a', '200 b']);
  });

  it('cancels an INVITE by its signal and gives its final response', async () => {
    const { clock, outgoing } = stage((server) => {
      respond(server, 180);
      server.onCancel(() => respond(server, 487));
    }, accepting);
    const abort = new AbortController();
    const outcome = outgoing.send(newRequest('INVITE'), { signal: abort.signal });
    await clock.pass(100);
    abort.abort();
    await clock.pass(100);
    expect((await outcome).response.status).to.equal(487);
  });

  it('stops waiting for another method, and for anything not yet sent, by its signal', async () => {
    const { clock, outgoing, network } = stage(silent, accepting);
    const abort = new AbortController();
    const outcome = outgoing.send(newRequest('OPTIONS'), { signal: abort.signal }).catch(String);
    await clock.pass(100);
    abort.abort(new Error('no longer wanted'));
    await clock.pass(40_000);
    expect(await outcome).to.equal('Error: no longer wanted');
    expect(await outgoing.send(newRequest('INVITE'), { signal: abort.signal }).catch(String)).to.equal(
      'Error: no longer wanted',
    );
    expect(network.trace.filter((line) => line.includes('192.0.2.12'))).to.deep.equal([]);
  });
});
