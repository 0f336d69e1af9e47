import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { handIn, MailServer, type MailServerOptions } from '../calendar/mail/mail-server.ts';
import { CertificationAuthority } from '../support/certificates.ts';
import { allowed, scheduledAt } from '../support/messages.ts';
import { made, TestSystem } from '../support/system.ts';

const LOGIN = { user: 'plenary', password: 'of the mail server' };
const INVITED = 'fred@example.com';

describe('mail over TLS', () => {
  let authority: CertificationAuthority;
  let stranger: CertificationAuthority;
  let folder: string;
  before(() => {
    authority = new CertificationAuthority();
    stranger = new CertificationAuthority('Another CA');
    folder = mkdtempSync(join(tmpdir(), 'plenary-mail-'));
    writeFileSync(join(folder, 'right'), `${LOGIN.password}\n`);
    writeFileSync(join(folder, 'wrong'), 'something else\n');
  });
  after(() => {
    authority.close();
    stranger.close();
    rmSync(folder, { recursive: true });
  });

  let system: TestSystem | undefined;
  let server: MailServer;
  afterEach(async () => {
    await system?.close();
    system = undefined;
    await server.close();
  });

  const start = async (
    options: MailServerOptions,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<TestSystem> => {
    server = await MailServer.start(options);
    return (system = await TestSystem.start({ 'mail.server': server.address, 'mail.rest': 1, ...settings }));
  };
  const invites = async (running: TestSystem, invited = INVITED): Promise<void> => {
    const people = `<info:users>${allowed([`mailto:${invited}`, 'dial-in'])}</info:users>`;
    made(await running.as('alice').creates(scheduledAt('20300107T090000Z') + people));
  };
  /** Why mail of alice's does not go out. */
  const failure = async ({ administration }: TestSystem): Promise<string> => {
    for (;;) {
      const [view] = await administration.mail();
      if (view?.failure !== undefined) return view.failure;
      await new Promise(setImmediate);
    }
  };
  const certificate = (ca = authority, name = 'IP:127.0.0.1') => ca.issue(name);

  for (const [how, tls] of [
    ['starttls', 'required'],
    ['starttls', 'offered'],
    ['implicit', 'implicit'],
  ] as const) {
    describe(`that is ${tls}, to a server with ${how}`, () => {
      it('goes out over TLS, by a login', async () => {
        const login = tls === 'offered' ? undefined : LOGIN;
        const options = { tls: { how, certificate: certificate() }, ...(login && { login }) };
        const named = login && { 'mail.user': LOGIN.user, 'mail.passwordFile': join(folder, 'right') };
        await invites(await start(options, { 'mail.tls': tls, 'mail.ca': authority.file, ...named }));
        const [mail] = await server.until(1);
        expect([mail?.to, mail?.secure, mail?.user]).to.deep.equal([[INVITED], true, login?.user]);
      });

      for (const [what, wrong] of [
        ['nobody vouches for', () => certificate(stranger)],
        ['is of another server', () => certificate(authority, 'DNS:mx.elsewhere.example')],
      ] as const) {
        it(`does not go out where the certificate ${what}: it waits, and that is told`, async () => {
          const options = { tls: { how, certificate: wrong() } };
          const running = await start(options, { 'mail.tls': tls, 'mail.ca': authority.file });
          await invites(running);
          expect(await failure(running)).to.match(/certificate|altnames/);
          const [view] = await running.administration.mail();
          expect(view).to.deep.include({ organizer: 'xcon-userid:alice@example.com', waiting: 1, dead: [] });
          expect([server.senders, server.received]).to.deep.equal([[], []]);
        });
      }
    });
  }

  it('does not go out in clear where it is required and not there', async () => {
    const running = await start({}, { 'mail.tls': 'required' });
    await invites(running);
    expect(await failure(running)).to.match(/STARTTLS/i);
    expect([server.senders, server.received]).to.deep.equal([[], []]);
  });

  it('waits while the login is refused, tells so without the password, and goes out when it is mended', async () => {
    const options = { tls: { how: 'starttls', certificate: certificate() }, login: LOGIN } as const;
    const settings = { 'mail.tls': 'required', 'mail.ca': authority.file, 'mail.user': LOGIN.user };
    const running = await start(options, { ...settings, 'mail.passwordFile': join(folder, 'wrong') });
    await invites(running);
    expect(await failure(running))
      .to.include('535')
      .and.not.include('something else');
    expect(server.senders).to.deep.equal([]);
    await running.restart({ 'mail.passwordFile': join(folder, 'right') });
    const [mail] = await server.until(1);
    expect([mail?.to, mail?.user]).to.deep.equal([[INVITED], LOGIN.user]);
    while ((await running.administration.mail()).length > 0) await new Promise(setImmediate);
  });

  describe('that is handed in', () => {
    const mail = { from: 'x@y.example', to: 'meet@example.com', raw: 'From: <x@y.example>\n\nHello.\n' };
    const listening = async (listenTls: string): Promise<string> => {
      const { certificate: cert, key } = certificate();
      const { mail: address } = await start(
        {},
        {
          ...{ 'mail.tls': 'none', 'mail.listen': '127.0.0.1:0', 'mail.listenTls': listenTls },
          ...{ 'https.certificate': cert, 'https.key': key },
        },
      );
      return address;
    };

    it('is taken over TLS and in clear where that is offered', async () => {
      const address = await listening('offered');
      expect(await handIn(address, mail, { tls: 'starttls', ca: authority.pem })).to.equal(250);
      expect(await handIn(address, mail)).to.equal(250);
      expect(await handIn(address, mail, { tls: 'starttls', ca: stranger.pem })).to.equal(0);
    });

    it('is refused in clear where TLS is required (RFC 3207 §4)', async () => {
      const address = await listening('required');
      expect(await handIn(address, mail)).to.equal(530);
      expect(await handIn(address, mail, { tls: 'starttls', ca: authority.pem })).to.equal(250);
    });

    it('is over TLS from the start where that is implicit', async () => {
      const address = await listening('implicit');
      expect(await handIn(address, mail, { tls: 'implicit', ca: authority.pem })).to.equal(250);
      expect(await handIn(address, mail, { tls: 'implicit', ca: stranger.pem })).to.equal(0);
    });
  });
});
