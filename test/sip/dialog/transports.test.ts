import { expect } from 'chai';
import { TimerWheel } from '../../../lib/sip/clock.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import type { Protocol } from '../../../lib/sip/transport/flow.ts';
import { TransportLayer } from '../../../lib/sip/transport/layer.ts';
import { Phone, sdp } from '../phone.ts';

/** A phone with a socket of its own. */
async function phoneOn(protocol: Protocol, user: string) {
  const clock = new TimerWheel();
  const transport = new TransportLayer({ clock });
  const { sentBy } = await transport.listen({ protocol, address: '127.0.0.1', port: 0 });
  const phone = new Phone({ clock, transport, user, address: sentBy, protocol });
  return { phone, close: () => (phone.transactions.close(), transport.close()) };
}

const targetOf = (phone: Phone) => phone.contact.slice(1, -1);

/** Until something is in a log. */
const logged = (phone: Phone, line: string): Promise<void> =>
  new Promise((resolve) => {
    const look = () => (phone.log.includes(line) ? resolve() : void setImmediate(look));
    look();
  });

for (const protocol of ['udp', 'tcp'] as const)
  describe(`Two phones over ${protocol}`, () => {
    let alice: Phone;
    let bob: Phone;
    let close: () => Promise<unknown>;

    beforeEach(async () => {
      const [one, other] = await Promise.all([phoneOn(protocol, 'alice'), phoneOn(protocol, 'bob')]);
      alice = one.phone;
      bob = other.phone;
      close = () => Promise.all([one.close(), other.close()]);
    });
    afterEach(() => close());

    it('register, call, change the session and hang up', async () => {
      bob.serve = (server) => server.respond(Response.to(server.request, 200, { toTag: 'r' }));
      const registered = await alice.outgoing.send(alice.request('REGISTER', targetOf(bob)));
      expect(registered.response.status).to.equal(200);

      bob.ring = async (call) => {
        await call.progress(183, { description: sdp('early') });
        bob.sessions.push(await call.accept(undefined));
      };
      const call = alice.call(targetOf(bob));
      expect((await call.answer).response.status).to.equal(200);
      await logged(alice, 'accepted');
      const changed = await alice.sessions[0]!.invite(sdp('more'));
      expect(changed.response.body.toString()).to.equal('s=answer 1\r\n');
      const updated = await bob.sessions[0]!.update(sdp('less'));
      expect(updated.response.status).to.equal(200);
      await bob.sessions[0]!.bye();
      expect([alice.log.at(-1), bob.log.at(-1)]).to.deep.equal(['ended: left', 'ended: hung up']);
      expect([alice.dialogs.size, bob.dialogs.size]).to.deep.equal([0, 0]);
      expect(alice.problems.concat(bob.problems)).to.deep.equal([]);
    });

    it('are busy, redirect and cancel', async () => {
      bob.ring = (call) => call.refuse(486);
      expect((await alice.call(targetOf(bob)).answer).response.status).to.equal(486);
      bob.ring = (call) => call.refuse(302, [['Contact', '<sip:carol@192.0.2.3>']]);
      const { response } = await alice.call(targetOf(bob)).answer;
      expect(String(response.contacts[0]?.uri)).to.equal('sip:carol@192.0.2.3');
      bob.ring = (call) => call.progress(180);
      const ringing = alice.call(targetOf(bob));
      await logged(alice, 'progress 180');
      ringing.cancel();
      expect((await ringing.answer).response.status).to.equal(487);
      expect(alice.problems.concat(bob.problems)).to.deep.equal([]);
    });
  });
