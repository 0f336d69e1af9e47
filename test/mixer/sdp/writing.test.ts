import { expect } from 'chai';
import fc from 'fast-check';
import sdp from 'sdp-transform';
import type { Format } from '../../../lib/mixer/sdp/formats.ts';
import { readSession, sdpDefaults } from '../../../lib/mixer/sdp/session.ts';
import { type MediaLine, mediaText, sessionText } from '../../../lib/mixer/sdp/writing.ts';

const token = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);
const format: fc.Arbitrary<Format> = fc.record({
  payload: fc.integer({ min: 96, max: 127 }),
  name: fc.constantFrom('opus', 'G729', 'iLBC'),
  rate: fc.constantFrom(8_000, 16_000, 48_000),
  parameters: fc.option(fc.constantFrom('useinbandfec=1', 'mode=20'), { nil: undefined }),
});
const line: fc.Arbitrary<MediaLine> = fc
  .record({
    type: fc.constantFrom('audio', 'video'),
    port: fc.integer({ min: 1, max: 65_535 }),
    formats: fc.uniqueArray(format, { minLength: 1, maxLength: 4, selector: ({ payload }) => payload }),
    direction: fc.constantFrom('sendrecv' as const, 'sendonly' as const, 'recvonly' as const, 'inactive' as const),
    multiplexesRtcp: fc.boolean(),
    levels: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
    mid: fc.option(token, { nil: undefined }),
    label: fc.option(token, { nil: undefined }),
  })
  .map((one) => ({
    ...one,
    protocol: 'RTP/AVP',
    payloads: one.formats.map(({ payload }) => payload).join(' '),
  }));

describe('a session description of ours', () => {
  it('is read as it was meant, by us and by others', () => {
    const host = fc.constantFrom('192.0.2.1', '2001:db8::1');
    fc.assert(
      fc.property(host, fc.array(line, { minLength: 1, maxLength: 3 }), (address, lines) => {
        const text = sessionText(7, 2, address, lines.map(mediaText).join(''));
        for (const [index, read] of readSession(text, sdpDefaults).entries()) {
          const { type, port, protocol, payloads, formats, direction, mid, label, levels, multiplexesRtcp } =
            lines[index]!;
          expect(read).to.deep.include({ type, port, protocol, payloads, address, direction, mid, label });
          expect(read).to.deep.include({ formats, levels, multiplexesRtcp });
        }
        const { origin, connection, media } = sdp.parse(text);
        expect(origin).to.include({ sessionId: 7, sessionVersion: 2, address });
        expect(connection).to.deep.equal({ version: address.includes(':') ? 6 : 4, ip: address });
        expect(media.map(({ port, payloads }) => [port, String(payloads)])).to.deep.equal(
          lines.map(({ port, payloads }) => [port, payloads]),
        );
      }),
    );
  });

  it('says of what is refused, and of what nobody carries, what it is', () => {
    const refused = { type: 'video', port: 0, protocol: 'RTP/AVP', payloads: '97', formats: [] };
    expect(mediaText(refused)).to.equal('m=video 0 RTP/AVP 97\r\n');
    const carried = { ...refused, port: 9, note: 'no mixer' };
    expect(mediaText(carried)).to.include('i=no mixer\r\nc=IN IP4 0.0.0.0\r\n');
  });

  it('writes opus with two channels (RFC 7587 §7), and all telephone events', () => {
    const [opus, events] = [
      { payload: 96, name: 'OPUS', rate: 48_000, parameters: undefined },
      { payload: 101, name: 'telephone-event', rate: 48_000, parameters: '0-11' },
    ];
    const text = mediaText({
      type: 'audio',
      port: 9,
      protocol: 'RTP/AVP',
      payloads: '96 101',
      formats: [opus, events],
    });
    expect(text).to.include('a=rtpmap:96 OPUS/48000/2\r\n').and.include('a=rtpmap:101 telephone-event/48000\r\n');
    expect(text).to.include('a=fmtp:101 0-15\r\n').and.not.include('a=fmtp:96');
  });

  it('holds no label that would be another line (RFC 4574 §4)', () => {
    const one = { type: 'audio', port: 9, protocol: 'RTP/AVP', payloads: '0', formats: [] };
    for (const label of ['a b', '1\r\na=inactive', '']) expect(mediaText({ ...one, label })).not.to.include('a=label');
  });
});
