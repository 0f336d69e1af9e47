import { expect } from 'chai';
import { endpoint, title } from '../support/messages.ts';
import type { PhoneSubscription } from '../support/phone.ts';
import { expectValid } from '../support/schemas.ts';
import { Stage } from '../support/stage.ts';
import { sipOf } from '../support/system.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const inBody = (body: string, pattern: RegExp): string[] => [...body.matchAll(pattern)].map(([, found = '']) => found);
const usersOf = (body: string): string[] => inBody(body, /(<user [^>]*>.*?<\/user>)/gs);
const versionOf = (body: string): number => Number(/<conference-info[^>]* version="(\d+)"/.exec(body)?.[1]);

/** What each client of the field sends, and what it breaks on (interworking was tried with each). */
describe('telephones in the field', () => {
  let stage: Stage;
  let conference: string;
  before(async () => {
    stage = await Stage.start('tcp');
  });
  after(() => stage.close());
  beforeEach(async () => {
    conference = await stage.conference();
    // Bob calls by telephone, with a medium; alice is in without one.
    await (await stage.phone('bob')).joins(stage.uri(conference));
    await stage.system.as('alice').joins(conference, endpoint(sipOf('alice'), '<info:status>connected</info:status>'));
  });
  afterEach(() => stage.clear());

  async function watches(
    fields: Fields,
    target = stage.uri(conference),
  ): Promise<{ watch: PhoneSubscription; body: string }> {
    const watch = await (await stage.phone('alice')).watches(target, fields, 600);
    const { body, state, contentType } = await watch.next();
    expect({ state, contentType }).to.deep.equal({ state: 'active', contentType: 'application/conference-info+xml' });
    expectValid('conference-info', body);
    return { watch, body };
  }

  const changed = async (watch: PhoneSubscription, name: string): Promise<string> => {
    await stage.system.as('alice').updates(conference, title(name));
    for (;;) {
      const { body } = await watch.next();
      if (body.includes(name)) return body;
    }
  };

  it('Linphone: out of dialog to the focus, without Accept; its URI and identity, and all that it would crash without', async () => {
    const agent = ['User-Agent', 'Linphone-Desktop/5.2.6 (alice) Linux LinphoneSDK/5.4.0'] as const;
    const target = stage.uri(conference, `;conf-id=${conference.slice('xcon:'.length).replace(/@.*/, '')}`);
    const { watch, body } = await watches([agent, ['Last-Notify-Version', '0']], target);
    expect(/<conference-info[^>]* entity="([^"]*)"/.exec(body)?.[1]).to.equal(target);
    expect(/<conference-info[^>]* state="([^"]*)"/.exec(body)?.[1]).to.equal('full');
    expect(versionOf(body)).to.be.above(0);
    expect(inBody(body, /<user entity="([^"]*)"/g)).to.have.members([sipOf('alice'), sipOf('bob')]);
    expect(inBody(body, /<user( [^>]*)?>/g).every((attributes) => attributes.includes('entity="sip:'))).to.equal(true);
    const media = inBody(body, /(<media .*?<\/media>)/gs);
    expect(media).to.have.length.above(0);
    for (const one of media)
      expect(one)
        .to.match(/<type>audio<\/type>/)
        .and.match(/<status>\w+<\/status>/);
    for (const when of inBody(body, /<when>([^<]*)</g)) expect(when).to.match(/Z$/);
    for (const id of inBody(body, /<src-id>([^<]*)</g)) expect(id).to.match(/^\d+$/);
    expect(versionOf(await changed(watch, 'For Linphone'))).to.be.above(versionOf(body));
  });

  it('Jitsi: elements without prefixes, never a part, and versions one by one', async () => {
    const fields: Fields = [
      ['User-Agent', 'Jitsi2.10.5550Windows 10'],
      ['Accept', 'application/conference-info+xml'],
    ];
    const { watch, body } = await watches(fields);
    const next = await changed(watch, 'For Jitsi');
    for (const one of [body, next]) expect(one).to.not.match(/<\/?\w+:|state="partial"/);
    expect(body).to.match(/<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" /);
    expect(versionOf(next)).to.equal(versionOf(body) + 1);
  });

  it('Android and RCS: whole documents, with an entity on every user and endpoint', async () => {
    const fields: Fields = [
      ['User-Agent', 'Android-IMS/14 (RCS UP 2.4)'],
      ['Accept', 'application/conference-info+xml'],
    ];
    const { watch, body } = await watches(fields);
    for (const one of [body, await changed(watch, 'For Android')]) {
      expect(one).to.match(/<conference-info[^>]* entity="sip:[^"]*"[^>]* state="full"/);
      expect(usersOf(one)).to.have.length(2);
      for (const tag of inBody(one, /(<(?:user|endpoint)[ >][^>]*>?)/g)) expect(tag).to.match(/ entity="[^"]+"/);
    }
  });

  it('MediaTek: the last status of a user is that of her endpoint, for it alone', async () => {
    const lastOf = (body: string): (string | undefined)[] =>
      usersOf(body).map((user) => inBody(user, /<status>([^<]*)<\/status>/g).at(-1));
    const accept = ['Accept', 'application/conference-info+xml'] as const;
    const { watch, body } = await watches([accept, ['User-Agent', 'MediaTek IMS 1.0 MT6893']]);
    expect(lastOf(body)).to.deep.equal(['connected', 'connected']);
    expect(body).to.include('<type>audio</type>');
    const next = await changed(watch, 'For MediaTek');
    expectValid('conference-info', next);
    expect(lastOf(next)).to.deep.equal(['connected', 'connected']);
    // Others need it.
    expect(lastOf((await watches([accept])).body)).to.include('inactive');
  });

  it('many IMS telephones: in the dialog of the call, without Accept', async () => {
    const phone = await stage.phone('carol');
    const call = await phone.joins(stage.uri(conference));
    const watcher = await phone.watchesIn(call);
    const { body, contentType } = await watcher.next();
    expect(contentType).to.equal('application/conference-info+xml');
    expectValid('conference-info', body);
    expect(body)
      .to.include(`<user entity="${sipOf('carol')}">`)
      .and.match(/entity="sip:[^"]*;conf-id=\w+"/);
  });
});
