import { expect } from 'chai';
import fc from 'fast-check';
import sdp from 'sdp-transform';
import { MediaRefused } from '../../../lib/mixer/mixer.ts';
import { Negotiation, type Capabilities } from '../../../lib/mixer/sdp/negotiation.ts';
import { sdpDefaults } from '../../../lib/mixer/sdp/session.ts';

const HERE: Capabilities = {
  host: '192.0.2.1',
  audioPort: 20_000,
  codecs: ['opus', 'PCMU', 'PCMA'],
  labels: { audio: '1', video: '2' },
  limits: sdpDefaults,
};

const session = (...media: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 198.51.100.7', 's=-', 'c=IN IP4 198.51.100.7', 't=0 0', ...media, ''].join('\r\n');
const AUDIO = 'm=audio 4000 RTP/AVP 0 8';
const linesOf = (text: string, start: string): string[] => text.split('\r\n').filter((line) => line.startsWith(start));
const answerTo = (...media: string[]): { negotiation: Negotiation; text: string } => {
  const negotiation = new Negotiation(HERE);
  return { negotiation, text: negotiation.answer(session(...media)) };
};
const refusalOf = (run: () => unknown): MediaRefused => {
  try {
    run();
  } catch (error) {
    if (error instanceof MediaRefused) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('an answer to an offer of audio', () => {
  it('takes the first format of the peer that we carry', () => {
    const { text, negotiation } = answerTo('m=audio 4000 RTP/AVP 9 8 0');
    expect(linesOf(text, 'm=')).to.deep.equal(['m=audio 20000 RTP/AVP 8']);
    expect(negotiation.audio).to.deep.include({ codec: 'PCMA', payload: 8, receives: true });
    expect(negotiation.audio?.remote).to.deep.equal({ address: '198.51.100.7', port: 4000 });
  });

  it('keeps the payload type of the peer for opus, with its two channels', () => {
    const { text } = answerTo('m=audio 4000 RTP/AVP 111 0', 'a=rtpmap:111 OPUS/48000/2');
    expect(linesOf(text, 'a=rtpmap')).to.deep.equal(['a=rtpmap:111 OPUS/48000/2']);
  });

  it('takes telephone events with the clock of the codec (RFC 4733)', () => {
    const { text, negotiation } = answerTo(
      'm=audio 4000 RTP/AVP 111 101 102',
      ...['a=rtpmap:111 opus/48000/2', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:102 telephone-event/48000'],
    );
    expect(negotiation.audio?.events?.payload).to.equal(102);
    expect(linesOf(text, 'a=fmtp')).to.deep.equal(['a=fmtp:102 0-15']);
  });

  it('labels it as the conference does (RFC 4574), and keeps its mid', () => {
    const { text, negotiation } = answerTo(AUDIO, 'a=mid:7', 'a=label:phone');
    expect(linesOf(text, 'a=label')).to.deep.equal(['a=label:1']);
    expect(linesOf(text, 'a=mid')).to.deep.equal(['a=mid:7']);
    expect(negotiation.media[0]).to.include({ type: 'audio', label: '1', status: 'sendrecv', codec: 'PCMU' });
  });

  it('writes no label that would be another line', () => {
    const negotiation = new Negotiation({ ...HERE, labels: { audio: '1\r\na=sendonly' } });
    expect(linesOf(negotiation.answer(session(AUDIO)), 'a=')).to.deep.equal([
      ...['a=rtpmap:0 PCMU/8000', 'a=ptime:20', 'a=sendrecv'],
    ]);
  });

  it('reads parameters, lines below other media and those above all', () => {
    const { text } = answerTo(
      ...['a=inactive', 'm=video 4002 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'a=fmtp:111 of=video', 'a=sendrecv'],
      'm=audio 4000 RTP/AVP 111',
      ...['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 stereo=1', 'a=fmtp:111 stereo=2'],
    );
    expect(linesOf(text, 'a=fmtp')).to.deep.equal(['a=fmtp:111 stereo=1']);
    expect(text.trimEnd().endsWith('a=label:1')).to.equal(true);
    expect(linesOf(text, 'a=inactive')).to.have.length(2);
  });

  it('is what another reader finds in it', () => {
    const { media, connection } = sdp.parse(
      answerTo('m=audio 4000 RTP/AVP 111 101', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 x=1', 'a=mid:7', 'a=rtcp-mux')
        .text,
    );
    expect(connection).to.deep.equal({ version: 4, ip: '192.0.2.1' });
    expect(media[0]).to.deep.include({
      ...{ type: 'audio', port: 20_000, protocol: 'RTP/AVP', payloads: 111, ptime: 20, direction: 'sendrecv' },
      ...{ mid: 7, rtcpMux: 'rtcp-mux', label: 1 },
      rtp: [{ payload: 111, codec: 'opus', rate: 48_000, encoding: 2 }],
      fmtp: [{ payload: 111, config: 'x=1' }],
    });
  });

  it('multiplexes RTCP only where the peer does, and says that none comes', () => {
    expect(answerTo(AUDIO, 'a=rtcp-mux').text).to.include('a=rtcp-mux');
    const { text } = answerTo(AUDIO);
    expect(text).not.to.include('rtcp-mux');
    expect(linesOf(text, 'b=')).to.deep.equal(['b=RS:0', 'b=RR:0']);
  });

  it('hears how loud the peer says that it is (RFC 6464), and does not say it', () => {
    const { text, negotiation } = answerTo(AUDIO, 'a=extmap:3 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=on');
    expect(linesOf(text, 'a=extmap')).to.deep.equal([
      'a=extmap:3/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    ]);
    expect(negotiation.audio?.levels).to.equal(3);
  });

  it('knows the SSRC that the peer announces', () => {
    expect(answerTo(AUDIO, 'a=ssrc:4711 cname:alice').negotiation.media[0]?.source).to.equal(4711);
  });
});

describe('the direction of audio', () => {
  const directions: [offer: string[], answer: string, status: string, held: boolean][] = [
    [['a=sendrecv'], 'sendrecv', 'sendrecv', false],
    [['a=sendonly'], 'recvonly', 'sendonly', true],
    [['a=recvonly'], 'sendonly', 'recvonly', false],
    [['a=inactive'], 'inactive', 'inactive', true],
    [['c=IN IP4 0.0.0.0'], 'recvonly', 'sendonly', true],
    [['c=IN IP4 0.0.0.0', 'a=recvonly'], 'inactive', 'inactive', true],
  ];
  for (const [offer, answer, status, held] of directions)
    it(`of ${offer.join(', ')} is answered with ${answer}`, () => {
      const { text, negotiation } = answerTo(AUDIO, ...offer);
      expect(text).to.include(`a=${answer}`);
      expect(negotiation.media[0]).to.include({ status, held });
      expect(negotiation.audio?.remote === undefined).to.equal(held);
    });
});

describe('an answer to several media', () => {
  const media = [
    ...['m=video 4002 RTP/AVP 97', 'a=rtpmap:97 H264/90000', 'm=message 5000 TCP/MSRP *', 'a=accept-types:text/plain'],
    ...[AUDIO, 'm=audio 4004 RTP/SAVP 0', 'm=x-odd 1 nothing/known a b', 'm=text 4006 RTP/AVP 98'],
    ...['a=rtpmap:98 t140/1000', 'm=audio 4008 RTP/AVP 0'],
  ];

  it('has an m-line for each, in order, and port 0 where it is refused', () => {
    expect(linesOf(answerTo(...media).text, 'm=')).to.deep.equal([
      ...['m=video 9 RTP/AVP 97', 'm=message 0 TCP/MSRP *', 'm=audio 20000 RTP/AVP 0', 'm=audio 0 RTP/SAVP 0'],
      ...['m=x-odd 0 nothing/known a b', 'm=text 9 RTP/AVP 98', 'm=audio 9 RTP/AVP 0'],
    ]);
  });

  it('takes video as inactive, and says why', () => {
    const { text, negotiation } = answerTo(...media);
    expect(text).to.include('i=video is not carried');
    expect(negotiation.media[0]).to.include({ type: 'video', label: '2', status: 'inactive', refused: false });
  });

  it('is refused where nothing in it is carried, with the Warning that fits', () => {
    const alien = refusalOf(() => answerTo('m=application 9 UDP/DTLS/SCTP webrtc-datachannel'));
    expect(alien).to.include({ reason: 'incompatible', warning: 304 });
    const format = refusalOf(() => answerTo('m=audio 4000 RTP/AVP 18'));
    expect(format).to.include({ reason: 'incompatible', warning: 305 });
  });
});

describe('an offer of ours', () => {
  const theirs = (...media: string[]): string => session(...media);

  it('has every codec, and telephone events with each clock', () => {
    const text = new Negotiation(HERE).offer();
    expect(linesOf(text, 'm=')).to.deep.equal(['m=audio 20000 RTP/AVP 96 0 8 101 102']);
    expect(linesOf(text, 'a=rtpmap')).to.include.members([
      ...['a=rtpmap:96 opus/48000/2', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/48000'],
      'a=rtpmap:102 telephone-event/8000',
    ]);
  });

  it('flows as the answer says', () => {
    const negotiation = new Negotiation(HERE);
    negotiation.offer();
    expect(negotiation.audio).to.equal(undefined);
    negotiation.accept(theirs('m=audio 4000 RTP/AVP 8', 'a=sendonly'));
    expect(negotiation.audio).to.deep.include({ codec: 'PCMA', remote: undefined, receives: true });
    expect(negotiation.media[0]).to.include({ status: 'sendonly', held: true });
  });

  it('stays as it was when the answer fits not', () => {
    const negotiation = new Negotiation(HERE);
    negotiation.offer();
    negotiation.accept(theirs('m=audio 4000 RTP/AVP 8'));
    const before = negotiation.audio;
    expect(refusalOf(() => negotiation.accept(theirs())).reason).to.equal('malformed');
    expect(refusalOf(() => negotiation.accept(theirs('m=audio 1 RTP/AVP 18'))).reason).to.equal('incompatible');
    expect(negotiation.audio).to.deep.equal(before);
  });

  it('is refused by port 0', () => {
    const negotiation = new Negotiation(HERE);
    negotiation.offer();
    negotiation.accept(theirs('m=audio 0 RTP/AVP 8'));
    expect(negotiation.media[0]).to.include({ refused: true, status: 'inactive' });
    expect(negotiation.audio).to.equal(undefined);
  });

  it('within a call wants audio both ways again, in a newer version only where it differs', () => {
    const { negotiation, text } = answerTo(AUDIO, 'a=sendonly');
    const versionOf = (description: string): string | undefined => linesOf(description, 'o=')[0]?.split(' ')[2];
    const again = negotiation.offer();
    expect(again).to.include('a=sendrecv');
    expect([versionOf(text), versionOf(again), versionOf(negotiation.offer())]).to.deep.equal(['1', '2', '2']);
  });
});

describe('a session description that can not be taken', () => {
  const refused = (offer: string): string => refusalOf(() => new Negotiation(HERE).answer(offer)).reason;

  it('is malformed when it is no SDP, or has no address', () => {
    expect(refused('hello')).to.equal('malformed');
    expect(refused(['v=0', AUDIO].join('\r\n'))).to.equal('malformed');
    expect(refused(session('m=audio 99999 RTP/AVP 0'))).to.equal('malformed');
    expect(refused(session(AUDIO, 'c=IN IP4 phone.example.com'))).to.equal('malformed');
  });

  it('is malformed when it crosses a limit', () => {
    expect(refused(session(...Array<string>(17).fill(AUDIO)))).to.equal('malformed');
    expect(refused(session(`m=audio 4000 RTP/AVP ${'0 '.repeat(65)}`))).to.equal('malformed');
    expect(refused(session(...Array<string>(501).fill('a=x')))).to.equal('malformed');
    expect(refused(session(AUDIO, `a=x:${'y'.repeat(16_384)}`))).to.equal('malformed');
  });

  it('is refused when its media go to many', () => {
    expect(refused(session(AUDIO, 'c=IN IP4 239.1.2.3'))).to.equal('incompatible');
    expect(refused(session(AUDIO, 'c=IN IP4 255.255.255.255'))).to.equal('incompatible');
  });

  it('is malformed when it leaves out media of the call', () => {
    const { negotiation } = answerTo(AUDIO, 'm=video 4002 RTP/AVP 97');
    expect(refusalOf(() => negotiation.answer(session(AUDIO))).reason).to.equal('malformed');
  });

  it('has no format that we carry where the address is of another family', () => {
    expect(refused(session(AUDIO, 'c=IN IP6 2001:db8::1'))).to.equal('incompatible');
  });

  it('leaves the call as it was', () => {
    const { negotiation, text } = answerTo(AUDIO);
    expect(refusalOf(() => negotiation.answer('v=0\r\nm=\r\n')).reason).to.equal('malformed');
    expect(negotiation.local).to.equal(text);
    expect(negotiation.audio?.codec).to.equal('PCMU');
  });

  it('gets an answer or a refusal, whatever it holds', () => {
    const line = fc.oneof(
      fc.stringMatching(/^[a-z]=[ -~]{0,40}$/),
      fc.constantFrom(
        AUDIO,
        'm=video 1 RTP/AVP 97',
        'a=rtpmap:0',
        'a=fmtp:',
        'a=ssrc:x y',
        'a=__proto__:1',
        'c=IN IP6 ::',
        'c=IN IP4 5',
        'a=rtpmap:0 5/5',
        'a=label:5',
      ),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        try {
          const text = new Negotiation(HERE).answer(session(...lines));
          expect(linesOf(text, 'm=')).to.have.length(lines.filter((one) => one.startsWith('m=')).length);
        } catch (error) {
          expect(error).to.be.instanceOf(MediaRefused);
        }
      }),
    );
  });
});
