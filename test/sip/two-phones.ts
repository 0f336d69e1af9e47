import { expect } from 'chai';
import { Network } from './network.ts';
import { nameOf, Phone, sdp, type PhoneParts } from './phone.ts';
import { VirtualClock } from './virtual-clock.ts';

export const ALICE = '192.0.2.1';
export const BOB = '192.0.2.2';

export function stage(options: Partial<PhoneParts> = {}) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const make = (user: string, address: string, others = options) =>
    new Phone({ clock, transport: network.host(address), user, address, ...others });
  const alice = make('alice', ALICE);
  const bob = make('bob', BOB);
  bob.ring = async (call) => {
    await call.progress(180);
    bob.log.push(`offered ${nameOf(call.offer)}`);
    bob.sessions.push(await call.accept(sdp('bob')));
  };
  /** Who sent what, without addresses. */
  const flow = () =>
    network.trace.map((line) =>
      line.replaceAll(`${ALICE} `, 'Alice ').replaceAll(BOB, 'Bob').replaceAll(ALICE, 'Alice'),
    );
  /** Everything is over some time after. */
  const expectSilence = async () => {
    await clock.pass(200_000);
    expect(alice.problems.concat(bob.problems)).to.deep.equal([]);
    expect([alice.isIdle, bob.isIdle, clock.pending]).to.deep.equal([true, true, 0]);
  };
  return { clock, network, alice, bob, make, flow, expectSilence };
}

/** Bob's call, accepted. */
export async function inCall(options: Partial<PhoneParts> = {}) {
  const scene = stage(options);
  const call = scene.alice.call(scene.bob.uri);
  await scene.clock.pass(100);
  expect((await call.answer).response.status).to.equal(200);
  scene.network.sent.length = 0;
  scene.alice.log.length = 0;
  scene.bob.log.length = 0;
  return { ...scene, call, ours: scene.alice.sessions[0]!, theirs: scene.bob.sessions[0]! };
}
