import { expect } from 'chai';
import type { Request } from '../../lib/sip/message/request.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { info } from '../../lib/model/names.ts';
import { description } from '../support/messages.ts';
import { calendar } from '../schedule/calendars.ts';
import { Reference } from '../support/referring.ts';
import { Stage } from '../support/stage.ts';
import { idOf, made, sipOf } from '../support/system.ts';

describe('the SIP URI of a series, while what stands for an occurrence goes on', () => {
  let stage: Stage;
  let client: ConferenceControlClient;
  let series = '';
  let child = '';
  before(async () => {
    stage = await Stage.start('udp');
    client = stage.system.client('alice');
  });
  beforeEach(async () => {
    const start = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '');
    const base = calendar([`DTSTART:${start}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3']);
    const times = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
    series = made(await stage.system.as('alice').creates(description(times)));
    const changes = info('conference-info', {}, [
      info('conference-description', {}, [info('subject', {}, ['Venice'])]),
    ]);
    ({ uri: child } = await client.changeOccurrences(series, { from: start, to: start, changes }));
    await client.steer(series, { action: 'start' });
  });
  afterEach(() => stage.clear());
  after(() => stage.close());

  it('[E17] brings whom a REFER outside of calls names into it, and tells how that goes (RFC 4579 §5.5)', async () => {
    const alice = await stage.phone('alice');
    const carol = await stage.registered('carol');
    const reference = await Reference.send(alice, stage.uri(series), `<${sipOf('carol')}>`);
    expect(reference.status).to.equal(202);
    const call = await carol.rings();
    expect(call.incoming.request.from.uri.toString(), 'from where she would call').to.include(series.slice(5));
    await call.picksUp();
    expect(await reference.final()).to.equal(200);
    expect((await stage.system.as('alice').retrieves(child)).xml).to.include(idOf('carol'));
    expect((await stage.system.as('alice').retrieves(series)).xml).not.to.include(idOf('carol'));
  });

  it('[E17, E40] is where the focus asks people by REFER to call (RFC 4579 §5.6)', async () => {
    const alice = await stage.phone('alice');
    const carol = await stage.registered('carol');
    const asks: Request[] = [];
    carol.agent.handle('REFER', (asked) => {
      asks.push(asked.request);
      asked.respond(Response.to(asked.request, 202, { toTag: 'carol' }));
    });
    const conf = series.replace('xcon:', 'sip:');
    const invite = `<${sipOf('carol')};method=REFER?Refer-To=${encodeURIComponent(conf)}>`;
    const reference = await Reference.send(alice, stage.uri(series), invite);
    expect(await reference.final()).to.equal(202);
    expect(asks.map((one) => one.header('Refer-To'))).to.deep.equal([`<${conf}>`]);
    await carol.joins(stage.uri(series));
    expect((await stage.system.as('alice').retrieves(child)).xml).to.include(idOf('carol'));
  });
});
