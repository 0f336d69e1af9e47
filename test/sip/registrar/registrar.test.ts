import { expect } from 'chai';
import { MemoryLocationStore } from '../../../lib/sip/registrar/location-store.ts';
import { BEGIN, contactsIn, Stage } from './stage.ts';

const HOUR = 3_600_000;

describe('a registrar', () => {
  let stage: Stage;

  beforeEach(() => (stage = new Stage()));
  afterEach(() => expect(stage.problems).to.deep.equal([]));

  it('binds a contact to an address, and says for how long (RFC 3261 §10.3)', async () => {
    const answer = await stage.register({ Contact: '<sip:alice@192.0.2.7>', Expires: '600' });
    expect(answer.status).to.equal(200);
    expect(contactsIn(answer)).to.deep.equal(['<sip:alice@192.0.2.7>;expires=600']);
    expect(answer.header('Date')).to.equal('Thu, 01 Jan 2026 00:00:00 GMT');
    expect(answer.header('Record-Route')).to.equal(undefined);
    expect(stage.uris()).to.deep.equal([['sip:alice@192.0.2.7']]);
  });

  it('shows every binding to who asks without a Contact', async () => {
    await stage.register({ Contact: ['<sip:desk@192.0.2.7>;expires=600;q=0.5', '<sip:mobile@192.0.2.8>;expires=60'] });
    stage.clock.advance(10_500);
    expect(contactsIn(await stage.register())).to.deep.equal([
      '<sip:desk@192.0.2.7>;q=0.5;expires=590',
      '<sip:mobile@192.0.2.8>;expires=50',
    ]);
  });

  it('prefers by q, then what was registered last', async () => {
    await stage.register({
      Contact: ['<sip:low@192.0.2.7>;q=0.1', '<sip:first@192.0.2.7>', '<mailto:alice@example.com>'],
    });
    stage.clock.advance(1);
    await stage.register({ Contact: '<sip:second@192.0.2.7>' });
    expect(stage.uris().flat()).to.deep.equal(['sip:second@192.0.2.7', 'sip:first@192.0.2.7', 'sip:low@192.0.2.7']);
  });

  it('refreshes a binding that means the same URI', async () => {
    await stage.register({ Contact: '<sip:alice@Example.NET;transport=tcp>;expires=60' });
    const again = await stage.register({ Contact: '<sip:%61lice@example.net;Transport=TCP>;expires=90' });
    expect(contactsIn(again)).to.deep.equal(['<sip:%61lice@example.net;Transport=TCP>;expires=90']);
  });

  it('removes a binding whose expiry is 0, and all of them for *', async () => {
    const desk = '<sip:desk@192.0.2.7>';
    await stage.register({ Contact: [desk, '<sip:mobile@192.0.2.8>', '<sip:home@192.0.2.9>'] });
    const left = await stage.register({ Contact: `${desk};expires=0`, Expires: '600' });
    expect(contactsIn(left)).to.have.length(2);
    expect(contactsIn(await stage.register({ Contact: '*', Expires: '0' }))).to.deep.equal([]);
    expect(stage.registrar.size).to.equal(0);
  });

  for (const [what, fields] of [
    ['* without Expires', { Contact: '*' }],
    ['* with an Expires that is not 0', { Contact: '*', Expires: '1' }],
    ['a malformed q', { Contact: '<sip:a@192.0.2.7>;q=2' }],
    ['a To that is no SIP URI', { To: '<tel:+15551234>', Contact: '<sip:a@192.0.2.7>' }],
  ] as const) {
    it(`refuses ${what} with 400, and changes nothing`, async () => {
      await stage.register({ Contact: '<sip:alice@192.0.2.7>' });
      expect((await stage.register(fields)).status).to.equal(400);
      expect(stage.uris()).to.have.length(1);
    });
  }

  it('grants no more than it likes, and refuses what is too short with 423', async () => {
    const many = await stage.register({ Contact: ['<sip:a@192.0.2.7>;expires=4000000000', '<sip:b@192.0.2.7>'] });
    expect(contactsIn(many)).to.deep.equal(['<sip:a@192.0.2.7>;expires=86400', '<sip:b@192.0.2.7>;expires=3600']);
    const brief = await stage.register({ Contact: ['<sip:c@192.0.2.7>', '<sip:d@192.0.2.7>;expires=5'] });
    expect([brief.status, brief.header('Min-Expires')]).to.deep.equal([423, '60']);
    expect(stage.uris()).to.have.length(2);
  });

  it('takes an hour for an expiry that is no number (§10.2.1.1)', async () => {
    const answer = await stage.register({ Contact: '<sip:a@192.0.2.7>;expires=soon' });
    expect(contactsIn(answer)).to.deep.equal(['<sip:a@192.0.2.7>;expires=3600']);
  });

  it('forgets a binding when its time is over, in memory and in the store', async () => {
    await stage.register({ Contact: ['<sip:a@192.0.2.7>;expires=60', '<sip:b@192.0.2.7>;expires=90'] });
    await stage.clock.pass(60_000);
    expect(stage.uris()).to.deep.equal([['sip:b@192.0.2.7']]);
    await stage.clock.pass(30_000);
    expect([stage.registrar.size, stage.clock.pending]).to.deep.equal([0, 0]);
    const again = new Stage({}, stage.store);
    expect(await again.registrar.open()).to.equal(0);
  });

  it('ignores a request that a later one of its user agent has overtaken', async () => {
    await stage.register({ Contact: '<sip:a@192.0.2.7>', CSeq: '7 REGISTER' });
    for (const late of [
      { Contact: '<sip:a@192.0.2.7>;expires=0', CSeq: '7 REGISTER' },
      { Contact: '*', Expires: '0', CSeq: '6 REGISTER' },
      { Contact: ['<sip:b@192.0.2.7>', '<sip:a@192.0.2.7>'], CSeq: '3 REGISTER' },
    ]) {
      expect((await stage.register(late)).status).to.equal(500);
      expect(stage.uris()).to.deep.equal([['sip:a@192.0.2.7']]);
    }
    const other = await stage.register({
      Contact: '<sip:a@192.0.2.7>;expires=0',
      CSeq: '1 REGISTER',
      'Call-ID': 'new',
    });
    expect([other.status, contactsIn(other)]).to.deep.equal([200, []]);
  });

  it('takes the requests for an address in the order in which they came', async () => {
    const contact = (expires: number) => ({ Contact: `<sip:a@192.0.2.7>;expires=${expires}` });
    const answers = await Promise.all([600, 700, 0, 800].map((expires) => stage.register(contact(expires))));
    expect(answers.map(contactsIn)).to.deep.equal([
      ['<sip:a@192.0.2.7>;expires=600'],
      ['<sip:a@192.0.2.7>;expires=700'],
      [],
      ['<sip:a@192.0.2.7>;expires=800'],
    ]);
  });

  it('binds nothing that is not stored', async () => {
    class Broken extends MemoryLocationStore {
      works = true;
      override keep(...parts: Parameters<MemoryLocationStore['keep']>): Promise<void> {
        return this.works ? super.keep(...parts) : Promise.reject(new Error('disk full'));
      }
    }
    const store = new Broken();
    stage = new Stage({}, store);
    await stage.register({ Contact: '<sip:a@192.0.2.7>' });
    store.works = false;
    const failed = await stage.register({ Contact: '<sip:b@192.0.2.7>' }).catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error).with.property('message', 'disk full');
    expect(stage.uris()).to.deep.equal([['sip:a@192.0.2.7']]);
  });

  it('goes on after a restart with what was bound', async () => {
    await stage.register({ Contact: '<sip:a@192.0.2.7>;q=0.3;expires=600', Path: '<sip:edge.example.com;lr>' });
    const next = new Stage({}, stage.store);
    expect(await next.registrar.open()).to.equal(1);
    expect(next.uris()).to.deep.equal([['sip:a@192.0.2.7']]);
    const late = await next.register({ Contact: '<sip:a@192.0.2.7>', CSeq: '1 REGISTER' });
    expect(late.status).to.equal(500);
    await next.clock.pass(HOUR);
    expect(next.registrar.size).to.equal(0);
  });

  it('knows an address however it is written, and no domain of others', async () => {
    await stage.register({ To: '"Alice" <sips:%41lice@EXAMPLE.com:5061;user=ip>', Contact: '<sip:a@192.0.2.7>' });
    expect(stage.asked).to.deep.equal(['sip:alice@example.com']);
    expect(stage.uris('sip:ALICE@example.com;x=y')).to.have.length(1);
    expect(stage.uris('sip:bob@example.com')).to.deep.equal([]);
    const elsewhere = await stage.register({}, { uri: 'sip:example.net' });
    const stranger = await stage.register({ To: '<sip:alice@example.net>' });
    expect([elsewhere.status, stranger.status, stage.asked.length]).to.deep.equal([404, 404, 1]);
  });

  it('answers as the policy says, and then does nothing', async () => {
    stage.refusal = { status: 401, fields: [['WWW-Authenticate', 'Digest realm="example.com", nonce="1"']] };
    const answer = await stage.register({ Contact: '<sip:a@192.0.2.7>' });
    expect([answer.status, answer.header('WWW-Authenticate')]).to.deep.equal([
      401,
      'Digest realm="example.com", nonce="1"',
    ]);
    stage.refusal = { status: 403 };
    expect((await stage.register()).status).to.equal(403);
    expect(stage.uris()).to.deep.equal([]);
  });

  it('bounds addresses, bindings of one address, and the length of a binding', async () => {
    stage = new Stage({ addresses: 1, bindingsPerAddress: 2, bindingLength: 100 });
    const contact = (user: string) => ({ Contact: `<sip:${user}@192.0.2.7>` });
    await stage.register(contact('a'));
    await stage.register(contact('b'));
    expect((await stage.register(contact('c'))).status).to.equal(403);
    expect((await stage.register(contact('a'))).status).to.equal(200);
    expect((await stage.register({ ...contact('a'), Path: `<sip:${'x'.repeat(100)};lr>` })).status).to.equal(513);
    const bob = { To: '<sip:bob@example.com>' };
    expect((await stage.register({ ...bob, ...contact('bob') })).status).to.equal(503);
    expect((await stage.register(bob)).status).to.equal(200);
    expect(stage.uris()).to.have.length(2);
  });

  it('puts the words of a Contact in no request (RFC 4475 §3.3.14)', async () => {
    await stage.register({ Contact: '<sip:a@192.0.2.7;method=BYE?Route=%3Csip:evil.example%3E>' });
    expect(stage.uris()).to.deep.equal([['sip:a@192.0.2.7']]);
  });

  it('says the date of its clock', async () => {
    stage.clock.advance(HOUR);
    const { responses } = await stage.register();
    expect(new Date(responses[0]?.header('Date') ?? '').getTime()).to.equal(BEGIN + HOUR);
  });
});
