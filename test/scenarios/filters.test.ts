import { expect } from 'chai';
import { allowed, description, endpoint, title, users } from '../support/messages.ts';
import type { Answer, Party } from '../support/party.ts';
import { all, textAt } from '../support/reading.ts';
import { idOf, made, sipOf, TestSystem } from '../support/system.ts';
import { AUDIO_ROOM, makeRooms, VIDEO_ROOM } from './rooms.ts';

const escaped = (expression: string): string => expression.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const asks = (party: Party, list: 'blueprints' | 'confs', expression: string): Promise<Answer> =>
  party.asks(list, { inside: `<xpathFilter>${escaped(expression)}</xpathFilter>` });

async function listed(party: Party, expression: string, list: 'blueprints' | 'confs' = 'confs'): Promise<string[]> {
  const answer = await asks(party, list, expression);
  expect(answer, answer.string).to.include({ code: 200, type: list });
  return all(answer.info, 'entry').map((entry) => textAt(entry, 'uri') ?? '');
}

/** What a filter finds in what a reader's own retrieve shows, a filter tells him; nothing else. */
describe('lists with an xpathFilter', () => {
  let system: TestSystem;
  let alice: Party;
  let bob: Party;
  before(async () => {
    system = await TestSystem.start();
    await makeRooms(system);
    alice = system.as('alice');
    bob = system.as('bob');
  });
  after(() => system.close());

  it('[B2] Alice finds the blueprints that have both audio and video, as RFC 6503 §5.3.1 asks', async () => {
    const filter =
      "/conference-info[conference-description/\n  available-media/entry/type='audio' and conference-description/\n  available-media/entry/type='video']";
    const found = (await listed(alice, filter, 'blueprints')).map((uri) => uri.toLowerCase());
    expect(found).to.include(VIDEO_ROOM.toLowerCase()).and.not.include(AUDIO_ROOM.toLowerCase());
    expect(found).to.include('xcon:webinar@example.com').and.not.include('xcon:default@example.com');
  });

  it('[C3] Alice finds the conferences that are not active, as RFC 6503 §5.3.2 prints it, and the active ones', async () => {
    const quiet = made(await alice.creates(title('quiet')));
    const busy = made(await alice.creates(title('busy')));
    await alice.joins(busy, endpoint(sipOf('alice')));
    const printed = (active: string): string =>
      `/conference-info[conference-description/conference-state/\n   active='${active}']`;
    expect(await listed(alice, printed('false')))
      .to.include(quiet)
      .and.not.include(busy);
    expect(await listed(alice, printed('true')))
      .to.include(busy)
      .and.not.include(quiet);
    expect(await listed(alice, '/conference-info[conference-state/active = "true"]')).to.include(busy);
  });

  it('[C3] a filter may be a string, a number or a boolean, under any prefix, in either namespace', async () => {
    const uri = made(await alice.creates(title('Tuning')));
    const entity = `@entity = '${uri}'`;
    for (const expression of [
      `/conference-info/${entity.slice(0, 7)}[. = '${uri}']`,
      `boolean(/info:conference-info[${entity}])`,
      `string(/conference-info[${entity}]//display-text)`,
      `count(/*[${entity}]/users/join-handling)`,
      `/conference-info[${entity}]/users/xcon:join-handling`,
      `/conference-info[${entity}][not(@state)] | /none`,
      `//*[name() = 'display-text'][. = 'Tuning'][/*/${entity}]`,
    ]) {
      expect(await listed(alice, expression), expression).to.deep.equal([uri]);
    }
    for (const expression of ['false()', '""', '0', '/none', '/info:users', 'conference-description']) {
      expect(await listed(alice, expression), expression).to.deep.equal([]);
    }
  });

  it('[C3] a wrong filter is malformed, and Alice is told where', async () => {
    const answer = await asks(alice, 'confs', "/conference-info[subject='x'");
    expect(answer).to.include({ code: 400, type: 'confs' });
    expect(answer.string).to.contain('character 29');
    expect(await asks(alice, 'blueprints', '/p:x')).to.include({ code: 400, type: 'blueprints' });
    expect(await asks(alice, 'confs', `${'('.repeat(40)}1${')'.repeat(40)}`)).to.include({ code: 400 });
    expect(await asks(alice, 'confs', '1+'.repeat(3_000))).to.include({ code: 400 });
  });

  it('[C3] Bob finds what he may see and cannot probe what he may not', async () => {
    const secret = 'allowed-users-list';
    const uri = made(
      await alice.creates(
        description('<info:display-text>Board</info:display-text><info:keywords>budget</info:keywords>') +
          users(allowed([sipOf('bob'), 'dial-in'], [sipOf('carol'), 'dial-in'])),
      ),
    );
    expect(await listed(bob, '/conference-info[conference-description/keywords = "budget"]')).to.deep.equal([uri]);
    expect(await listed(bob, `/conference-info[users/${secret}]`)).to.deep.equal([]);
    expect(await listed(alice, `/conference-info[users/${secret}/target/@uri = '${sipOf('carol')}']`)).to.deep.equal([
      uri,
    ]);
    expect(await listed(bob, '//conference-state'), 'only those within see the state').to.deep.equal([]);
    expect(await listed(system.as('dave'), '/*'), 'a stranger').to.deep.equal([]);
  });

  it('[C3] Bob cannot probe a conference that wants its password for more than his list shows', async () => {
    const uri = made(
      await alice.creates(
        description(
          `<info:display-text>Vault</info:display-text><info:keywords>gold</info:keywords><info:conf-uris><info:entry><info:uri>sip:x@example.com</info:uri><xcon:conference-password>8080</xcon:conference-password></info:entry></info:conf-uris>`,
        ) + users(allowed([sipOf('bob'), 'dial-in'])),
      ),
    );
    expect(await bob.retrieves(uri)).to.include({ code: 423 });
    expect(await listed(bob, '/conference-info[conference-description/display-text = "Vault"]')).to.deep.equal([uri]);
    expect(await listed(bob, '//keywords[. = "gold"]')).to.deep.equal([]);
    expect(await listed(bob, '//conference-password[starts-with(., "8")]')).to.deep.equal([]);
    expect(await listed(bob, `//user[@entity = '${idOf('alice')}'][//display-text = "Vault"]`)).to.deep.equal([]);
    expect(await listed(alice, '//keywords[. = "gold"]')).to.deep.equal([uri]);
  });
});

describe('lists with an xpathFilter, at their limits', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start({
      'ccmp.maxListEntries': 6,
      'conference.filterSteps': 20_000,
      'admin.listen': '127.0.0.1:0',
    });
    for (let number = 0; number < 8; number++) {
      made(await system.as('alice').creates(title(`Room ${number}`)));
    }
  });
  after(() => system.close());

  it('[C3] a list that is too long tells root to filter it, and a filtered one to narrow the filter', async () => {
    const root = system.as('root');
    const answer = await root.lists();
    expect(answer).to.include({ code: 511 });
    expect(answer.string).to.contain('xpathFilter');
    expect(await asks(root, 'confs', '/*')).to.include({ code: 511 });
    expect(await listed(root, '//display-text[. = "Room 3"]')).to.have.lengthOf(1);
  });

  it('[C3] a filter that takes too many steps takes too long, and the next one is answered', async () => {
    const root = system.as('root');
    const bombs = [
      '//*[//*[//*[//*]]]',
      'count(//*/following::*/preceding::*[count(//*//*) > 0])',
      `//*[string-length(concat(${Array(300).fill('string(/)').join(',')})) = 0]`,
    ];
    const answers = await Promise.all(bombs.map((bomb) => asks(root, 'confs', bomb)));
    for (const answer of answers) expect(answer).to.include({ code: 510, type: 'confs' });
    expect(await listed(root, '/conference-info[conference-description/display-text = "Room 1"]')).to.have.lengthOf(1);
  });

  it('[C3] limits that were crossed, and what is kept in memory, are in the metrics', async () => {
    const root = system.as('root');
    await root.lists();
    await asks(root, 'confs', '//*[//*[//*[//*]]]');
    expect(await root.post('<a>'.repeat(101))).to.include({ status: 400 });
    const metrics = await (await fetch(`${system.operation}/metrics`)).text();
    for (const limit of ['ccmp.maxListEntries', 'conference.filterSteps', 'xml.depth'])
      expect(metrics).to.match(new RegExp(`^plenary_limits_crossed_total\\{limit="${limit}"\\} [1-9]`, 'm'));
    expect(metrics).to.match(/^plenary_remembered\{of="conferences"\} [1-9]/m);
  });
});
