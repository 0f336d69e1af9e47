import { expect } from 'chai';
import { joinMultipart, BodyPart } from '../../lib/sip/message/multipart.ts';
import { PhoneCall, sdp } from '../support/phone-call.ts';
import type { Phone } from '../support/phone.ts';
import { textAt, textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';
import { idOf, sipOf } from '../support/system.ts';

const LIST = 'application/resource-lists+xml';

describe('the conference factory', () => {
  let stage: Stage;

  const start = async (settings: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    stage = await Stage.start('tcp', settings);
  };
  afterEach(() => stage.close());

  const fields = () => [['Route', `<${stage.server};lr>`] as const];
  const calls = (phone: Phone, offer?: string): PhoneCall =>
    phone.calls('sip:conference-factory@example.com', { fields: fields(), ...(offer !== undefined && { offer }) });
  /** With the SDP a list of people. */
  function callsWith(phone: Phone, ...uris: readonly string[]) {
    const entries = uris.map((uri) => `<entry uri="${uri}" cp:copyControl="to"/>`).join('');
    const list = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>${entries}</list></resource-lists>`;
    const { contentType, body } = joinMultipart([
      BodyPart.of({ 'Content-Type': 'application/sdp' }, Buffer.from(sdp())),
      BodyPart.of({ 'Content-Type': LIST, 'Content-Disposition': 'recipient-list' }, Buffer.from(list)),
    ]);
    const call = new PhoneCall();
    const parts = {
      from: `<${phone.address}>`,
      fields: [...fields(), ['Require', 'recipient-list-invite'] as const, ['Content-Type', contentType] as const],
      body,
    };
    call.invite = phone.agent.call('sip:conference-factory@example.com', phone.contact, parts, call);
    void call.invite.answer.then(({ response }) => call.refused(response));
    return call;
  }
  const conferenceOf = (contact: string | undefined): string =>
    `xcon:${/;conf-id=([a-z0-9]+)/.exec(contact ?? '')?.[1]}@example.com`;

  it('makes a conference of an INVITE, which ends with its creator (RFC 4579 §5.4)', async () => {
    await start();
    const [alice, bob] = [await stage.phone('alice'), await stage.phone('bob')];
    const call = calls(alice);
    const { contacts } = await call.gets(200);
    expect(contacts[0]?.toString()).to.match(/;isfocus$/);
    const conference = conferenceOf(contacts[0]?.toString());
    expect(textsAt(await stage.user(conference, 'alice'), 'roles/entry')).to.include('organizer');
    const other = await bob.joins(stage.uri(conference));
    await call.leaves();
    expect((await other.over()).cause).to.equal('left');
    expect((await stage.system.as('alice').retrieves(conference)).code).to.equal(404);
  });

  it('keeps it until the last one leaves, where the settings say so', async () => {
    await start({ 'factory.ends': 'last' });
    const [alice, bob] = [await stage.phone('alice'), await stage.phone('bob')];
    const call = calls(alice, sdp('m=audio 40000 RTP/AVP 0', 'm=video 40002 RTP/AVP 31'));
    const conference = conferenceOf((await call.gets(200)).contacts[0]?.toString());
    const document = await stage.document(conference);
    expect(textsAt(document, 'conference-description/available-media/entry/type')).to.deep.equal(['audio', 'video']);
    const watcher = await stage.watches(conference);
    const other = await bob.joins(stage.uri(conference));
    await call.leaves();
    await watcher.sees(idOf('alice'), (user) => textAt(user, 'endpoint/status') !== 'connected');
    expect((await stage.system.as('alice').retrieves(conference)).code).to.equal(200);
    await other.leaves();
    await watcher.over();
    expect((await stage.system.as('alice').retrieves(conference)).code).to.equal(404);
  });

  it('calls whom the INVITE lists (RFC 5366)', async () => {
    await start();
    const [alice, bob, carol] = [
      await stage.phone('alice'),
      await stage.registered('bob'),
      await stage.registered('carol'),
    ];
    const call = callsWith(alice, sipOf('bob'), sipOf('carol'));
    await call.gets(200);
    for (const phone of [bob, carol]) {
      const ringing = await phone.rings();
      expect(ringing.request.body.toString()).to.include('recipient-list-history').and.include(sipOf('carol'));
      await ringing.picksUp();
    }
    await call.leaves();
  });

  it('makes none for strangers, for lists of who has not agreed, and no list for a conference that is there', async () => {
    await start();
    const thief = await stage.phone('alice', 'wrong');
    expect((await calls(thief).final()).status).to.equal(401);
    const alice = await stage.phone('alice');
    const { status } = await callsWith(alice, sipOf('bob'), 'sip:victim@192.0.2.1').final();
    expect(status).to.equal(470);
    const conference = await stage.conference();
    const listed = alice.calls(stage.uri(conference), { fields: [['Require', 'recipient-list-invite']] });
    expect((await listed.final()).status).to.equal(420);
  });
});
