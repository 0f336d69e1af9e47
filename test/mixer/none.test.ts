import { expect } from 'chai';
import { MediaRefused } from '../../lib/mixer/mixer.ts';
import { NoMixer, noMixerDefaults } from '../../lib/mixer/none.ts';

const OFFER = [
  ...['v=0', 'o=- 1 1 IN IP4 198.51.100.7', 's=-', 'c=IN IP4 198.51.100.7', 't=0 0'],
  ...['m=audio 4000 RTP/AVP 0', 'm=application 5000 TCP/BFCP *', ''],
].join('\r\n');
const CONFERENCE = 'xcon:planning@example.com';

const refusalOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'taken',
    (error: unknown) => (error instanceof MediaRefused ? error.reason : String(error)),
  );

describe('no mixer', () => {
  it('takes audio as inactive, and says so', async () => {
    const leg = await new NoMixer().allocate(CONFERENCE, 'alice', { offer: OFFER, labels: { audio: '1' } });
    expect(leg.local).to.include('m=audio 9 RTP/AVP 0').and.include('a=inactive').and.include('i=audio is not carried');
    expect(leg.local).to.include('m=application 0 TCP/BFCP *');
    expect(leg.media.map(({ status, label, refused }) => [status, label, refused])).to.deep.equal([
      ['inactive', '1', false],
      ['inactive', undefined, true],
    ]);
    expect(new NoMixer().carries).to.deep.equal([]);
  });

  it('shows that a peer holds and takes back', async () => {
    const leg = await new NoMixer().allocate(CONFERENCE, 'alice', { offer: OFFER });
    await leg.update(OFFER.replace('AVP 0', 'AVP 0\r\na=sendonly'));
    expect(leg.media[0]?.held).to.equal(true);
    await leg.update(OFFER);
    expect(leg.media[0]?.held).to.equal(false);
  });

  it('offers inactive audio, and takes the answer', async () => {
    const leg = await new NoMixer().allocate(CONFERENCE, 'bob');
    expect(leg.local).to.include('m=audio 9 RTP/AVP 0 8').and.include('a=inactive');
    await leg.accept(OFFER.split('m=application')[0] ?? '');
    expect(leg.media[0]).to.include({ status: 'inactive', refused: false });
    const other = await new NoMixer().allocate(CONFERENCE, 'carol');
    await other.accept(OFFER.split('m=application')[0]?.replace('AVP 0', 'AVP 0\r\na=inactive') ?? '');
    expect(other.media[0]).to.include({ status: 'inactive', held: false });
  });

  it('refuses what is no session description', async () => {
    expect(await refusalOf(new NoMixer().allocate(CONFERENCE, 'alice', { offer: 'v=1' }))).to.equal('malformed');
  });

  it('has a bounded number of legs, and takes released ones back', async () => {
    const mixer = new NoMixer({ ...noMixerDefaults, legs: 1 });
    const leg = await mixer.allocate(CONFERENCE, 'alice', { offer: OFFER });
    expect(await refusalOf(mixer.allocate(CONFERENCE, 'bob', { offer: OFFER }))).to.equal('busy');
    await leg.release();
    expect(await refusalOf(mixer.allocate(CONFERENCE, 'bob', { offer: OFFER }))).to.equal('taken');
  });
});
