import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Flow } from '../../../lib/sip/transport/flow.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import type { TlsSettings } from '../../../lib/sip/transport/tls.ts';
import { CertificationAuthority, identity, type Issued } from '../../support/certificates.ts';
import { bytes, ending, failure, Party, request } from './party.ts';

describe('SIP over TLS', () => {
  let ca: CertificationAuthority;
  let stranger: CertificationAuthority;
  let bobs: Issued;
  let alice: Party;
  let bob: Party;
  let atBob: Listener;

  before(() => {
    ca = new CertificationAuthority();
    stranger = new CertificationAuthority();
    bobs = ca.issue('URI:sip:bob.example', 'DNS:sip.bob.example');
  });
  after(() => {
    ca.close();
    stranger.close();
  });

  const settings = (issued: readonly Issued[], more: Partial<TlsSettings> = {}): TlsSettings => ({
    certificates: issued.map(identity),
    ca: ca.pem,
    ...more,
  });
  const begin = async (client: TlsSettings, server: TlsSettings) => {
    alice = Party.create({ tls: client });
    bob = Party.create();
    atBob = await bob.listen('tls', { tls: server });
  };
  const toBob = (serverName?: string): Promise<Flow> =>
    alice.layer.connect({ protocol: 'tls', ...atBob.local, ...(serverName !== undefined && { serverName }) });

  afterEach(async () => {
    await Promise.all([alice.close(), bob.close()]);
    expect([...alice.errors, ...bob.errors]).to.deep.equal([]);
  });

  it('tells who the server is, and connects to nobody else (RFC 5922 §7)', async () => {
    await begin(settings([]), settings([bobs]));
    expect((await toBob('bob.example')).peer).to.deep.equal({ names: ['bob.example'], users: [] });
    expect((await toBob('BOB.example')).open).to.equal(true);
    for (const other of ['sip.bob.example', 'carol.example', undefined])
      expect(await failure(toBob(other)), other).to.include({ failure: 'identity' });
  });

  it('connects to an address by a certificate of that address', async () => {
    await begin(settings([]), settings([ca.issue('IP:127.0.0.1')]));
    expect((await toBob()).peer?.names).to.deep.equal(['127.0.0.1']);
  });

  it('believes only certificates of its CAs', async () => {
    await begin(settings([]), settings([stranger.issue('DNS:bob.example')]));
    expect(await failure(toBob('bob.example'))).to.include({ failure: 'identity' });
    alice.layer.reload(settings([], { ca: [ca.pem, stranger.pem] }));
    expect((await toBob('bob.example')).peer?.names).to.deep.equal(['bob.example']);
  });

  it('tells who the client is where it asks, and serves strangers as such', async () => {
    const alices = ca.issue('URI:sip:alice.example', 'URI:sip:alice@alice.example');
    await begin(settings([]), settings([bobs], { clientCertificate: 'optional' }));
    const peerAs = async (client: TlsSettings) => {
      const party = Party.create({ tls: client });
      await party.sends(await party.layer.connect({ protocol: 'tls', ...atBob.local, serverName: 'bob.example' }));
      const { flow } = await bob.nextRequest();
      await party.close();
      return flow.peer;
    };
    expect(await peerAs(settings([alices]))).to.deep.equal({
      names: ['alice.example'],
      users: ['sip:alice@alice.example'],
    });
    expect(await peerAs(settings([]))).to.equal(undefined);
    expect(await peerAs(settings([stranger.issue('URI:sip:alice.example')]))).to.equal(undefined);
  });

  it('uses a connection that a client opened only for requests to whom his certificate names (RFC 5923)', async () => {
    const alices = ca.issue('URI:sip:alice.example');
    await begin(settings([alices]), settings([bobs], { clientCertificate: 'optional' }));
    const flow = await toBob('bob.example');
    await alice.sends(flow);
    const { flow: back } = await bob.nextRequest();
    const target = { protocol: 'tls', ...flow.local } as const;
    expect((await bob.layer.connect({ ...target, serverName: 'Alice.example' })).id).to.equal(back.id);
    expect(await failure(bob.layer.connect({ ...target, serverName: 'carol.example' }))).to.include({
      failure: 'unreachable',
    });
  });

  it('asks clients for nothing by default', async () => {
    await begin(settings([bobs]), settings([bobs]));
    await alice.sends(await toBob('bob.example'));
    expect((await bob.nextRequest()).flow.peer).to.equal(undefined);
  });

  it('ends handshakes without a certificate where one is required', async () => {
    await begin(settings([]), settings([bobs], { clientCertificate: 'required' }));
    // By TLS 1.3 the client learns it after its own part of the handshake.
    const refused = await toBob('bob.example').then(ending, (error: unknown) => error);
    expect(refused).to.be.instanceOf(Error);
    expect(bob.layer.counters.handshakesFailed).to.equal(1);
    alice.layer.reload(settings([ca.issue('DNS:alice.example')]));
    await alice.sends(await toBob('bob.example'));
    expect((await bob.nextRequest()).flow.peer?.names).to.deep.equal(['alice.example']);
  });

  it('shows the certificate of the name that is asked for, else the first', async () => {
    const carols = ca.issue('DNS:carol.example');
    await begin(settings([]), settings([bobs, carols]));
    for (const [serverName, names] of [
      ['bob.example', ['bob.example']],
      ['carol.example', ['carol.example']],
    ] as const)
      expect((await toBob(serverName)).peer?.names).to.deep.equal(names);
    const socket = await bare({ servername: 'dave.example' });
    expect(socket.getPeerX509Certificate()?.subjectAltName).to.include('bob.example');
    socket.destroy();
  });

  it('takes other certificates without a restart, and keeps what it has when they can not be used', async () => {
    await begin(settings([]), settings([bobs]));
    const old = await toBob('bob.example');
    expect(() => atBob.reload({ certificates: [{ ...identity(bobs), cert: 'none' }] })).to.throw();
    atBob.reload(settings([ca.issue('DNS:renewed.example'), ca.issue('DNS:more.example')]));
    expect((await toBob('renewed.example')).peer?.names).to.deep.equal(['renewed.example']);
    expect((await toBob('more.example')).peer?.names).to.deep.equal(['more.example']);
    expect(old.open).to.equal(true);
    await alice.sends(old);
    await bob.nextRequest();
  });

  it('needs a certificate to listen', async () => {
    await begin(settings([]), settings([bobs]));
    expect(await failure(bob.listen('tls'))).to.be.instanceOf(TypeError);
    expect(await failure(bob.listen('wss', { tls: settings([]) }))).to.be.instanceOf(TypeError);
    const plain = await bob.listen('tcp');
    expect(() => plain.reload(settings([bobs]))).to.throw(TypeError);
  });

  it('speaks TLS 1.2 and 1.3 and nothing older', async () => {
    await begin(settings([]), settings([bobs]));
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await bare({ minVersion: version, maxVersion: version });
      socket.write(bytes(request({ transport: 'tls' })));
      expect((await bob.nextRequest()).message.method).to.equal('OPTIONS');
      socket.destroy();
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    expect(await failure(bare(old)))
      .to.have.property('code')
      .that.matches(/ERR_SSL/);
  });

  async function bare(options: ConnectionOptions): Promise<TLSSocket> {
    const believes = { ca: ca.pem, checkServerIdentity: () => undefined };
    const socket = connect({ host: '127.0.0.1', port: atBob.local.port, ...believes, ...options });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  }
});
