import { expect } from 'chai';
import { MailServer } from '../calendar/mail/mail-server.ts';
import { allowed, endpoint } from '../support/messages.ts';
import { made, sipOf, TestSystem } from '../support/system.ts';

const FRED = 'fred@elsewhere.example';

describe('people whom a conference refers to itself', () => {
  let system: TestSystem;
  let server: MailServer;
  beforeEach(async () => {
    server = await MailServer.start();
    system = await TestSystem.start({
      ...{ 'sip.listen': '127.0.0.1:0', 'mail.server': server.address, 'mail.tls': 'none', 'mail.rest': 1 },
      'mail.domains': ['elsewhere.example'],
    });
  });
  afterEach(async () => {
    await system.close();
    await server.close();
  });

  it('and who have an address for mail alone are asked by mail when it begins, once', async () => {
    const people = `<info:users>${allowed([`mailto:${FRED}`, 'refer'], ['mailto:far@forbidden.example', 'refer'])}</info:users>`;
    const uri = made(
      await system
        .as('alice')
        .creates(
          `<info:conference-description><info:subject>Crisis</info:subject></info:conference-description>${people}`,
        ),
    );
    await system.as('alice').retrieves(uri);
    expect(server.received, 'nobody is in').to.deep.equal([]);
    await system.as('alice').joins(uri, endpoint(sipOf('alice'), ''));
    const [mail] = await server.until(1);
    expect([mail?.to[0], mail?.parsed.subject]).to.deep.equal([FRED, 'Join now: Crisis']);
    expect(mail?.parsed.text).to.include('Alice asks you to join this conference now.');
    expect(mail?.parsed.text).to.match(/sip:[a-z2-7]+@example\.com/);
    expect(mail?.parsed.html).to.include('Crisis');
    expect(mail?.from).to.match(/^conf\+[a-z2-7]{24}@example\.com$/);
    expect(mail?.parsed.headers.get('auto-submitted')).to.equal('auto-generated');
    await system.restart();
    await system.as('bob').joins(uri, endpoint(sipOf('bob'), ''));
    await system.as('alice').retrieves(uri);
    expect(server.received).to.have.length(1);
    const [given] = await system.administration.mail();
    expect(given?.dead.map(({ to, reason }) => [to, reason])).to.deep.equal([
      ['far@forbidden.example', 'no mail goes to that domain'],
    ]);
  });
});
