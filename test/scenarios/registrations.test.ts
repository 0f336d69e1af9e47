import { expect } from 'chai';
import { Phone } from '../support/phone.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`users of the directory who register over ${transport}`, () => {
    let system: TestSystem;
    const phones: Phone[] = [];

    const phoneOf = async (name: string, password = PASSWORD): Promise<Phone> => {
      const phone = await Phone.open(name, password, transport);
      phones.push(phone);
      return phone;
    };
    const server = (): string => system.sip('x', transport).replace('x@', '');

    before(async () => {
      system = await TestSystem.start({ 'sip.listen': '127.0.0.1:0' });
    });
    afterEach(async () => {
      await Promise.all(phones.splice(0).map((phone) => phone.close()));
    });
    after(() => system.close());

    it('do so with the password that CCMP asks for, and are known after a restart', async () => {
      const alice = await phoneOf('alice');
      expect((await alice.registers(server(), 600)).contacts).to.have.length(1);
      await system.restart();
      expect((await alice.registers(server())).contacts).to.have.length(1);
      expect((await alice.registers(server(), 0)).contacts).to.have.length(0);
    });

    it('do so at their own addresses only, in domains that are served', async () => {
      const bob = await phoneOf('bob');
      for (const [address, status] of [
        ['sip:alice@example.com', 403],
        ['sip:nobody@example.com', 403],
        ['sip:bob@elsewhere.example', 404],
      ] as const) {
        expect((await bob.registers(server(), 600, address)).status).to.equal(status);
      }
      const thief = await phoneOf('bob', 'wrong');
      expect((await thief.registers(server(), 600)).status).to.equal(401);
      expect((await bob.registers(server())).contacts).to.have.length(0);
    });
  });
}

describe('old telephones', () => {
  it('are offered the digest algorithms that the settings say', async () => {
    const system = await TestSystem.start({ 'sip.listen': '127.0.0.1:0', 'sip.digest': 'MD5' });
    const thief = await Phone.open('bob', 'wrong');
    const refused = await thief.registers(system.sip('x', 'udp').replace('x@', ''));
    expect(refused.headers('WWW-Authenticate').map((one) => /algorithm=[^,]*/.exec(one)?.[0])).to.deep.equal([
      'algorithm=MD5',
    ]);
    await thief.close();
    await system.close();
  });
});
