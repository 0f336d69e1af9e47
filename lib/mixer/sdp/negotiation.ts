import { randomInt } from 'node:crypto';
import { MediaRefused, type Direction, type Medium } from '../mixer.ts';
import { CODECS, codecOf, eventsBeside, type Codec, type Format } from './formats.ts';
import { readSession, reversed, without, type SdpLimits, type Stream } from './session.ts';
import { ipVersion, type MediaLine, mediaText, sessionText } from './writing.ts';

/** What our side of a call can do. */
export interface Capabilities {
  /** The IP address that our session descriptions name. */
  readonly host: string;
  /** Where audio is received; absent where none flows. */
  readonly audioPort?: number;
  /** In the order of our own offers. */
  readonly codecs: readonly Codec[];
  /** Type of medium → label (RFC 4574). */
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: SdpLimits;
}

/** How audio flows between the peer and us. */
export interface AudioAgreement {
  readonly codec: Codec;
  /** The payload type of both ways. */
  readonly payload: number;
  /** Telephone events (RFC 4733); absent where the peer has none. */
  readonly events: Format | undefined;
  /** Where the peer receives; absent where it wants nothing. */
  readonly remote: { readonly address: string; readonly port: number } | undefined;
  /** The peer sends. */
  readonly receives: boolean;
  /** The identifier of the header extension that tells loudness (RFC 6464). */
  readonly levels: number | undefined;
}

/** What stands behind one of our m-lines. */
interface Line {
  readonly ours: MediaLine;
  readonly theirs: Stream | undefined;
  /** They have answered us: what we don't offer to send is nothing that they could hold. */
  readonly isAnswer?: boolean;
}

const isSilent = ({ direction = 'sendrecv' }: MediaLine): boolean => !direction.includes('send');

/** Where media go that nobody carries: the discard port. */
const NOWHERE = 9;
const CARRIED = /^RTP\/AVPF?$/;
/** Media that others of our kind carry: taken, but inactive. */
const SHOWN = /^(audio|video|text)$/;

/** Offers and answers of one call (RFC 3264). It knows no sockets. */
export class Negotiation {
  readonly #capabilities: Capabilities;
  readonly #id = randomInt(2 ** 47);
  #version = 0;
  #lines: readonly Line[] = [];
  #media: readonly Medium[] = [];
  /** Of our newest session description, as it is written. */
  #written = '';
  #local = '';

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  /** Our newest session description. */
  get local(): string {
    return this.#local;
  }

  get media(): readonly Medium[] {
    return this.#media;
  }

  /** How audio flows; undefined before both sides have spoken, and where it doesn't. */
  get audio(): AudioAgreement | undefined {
    const line = this.#lines.find(({ ours }) => ours.note === undefined && ours.port !== 0);
    if (line?.theirs === undefined || line.theirs.port === 0) return undefined;
    return agreementOf(line.theirs, this.#capabilities);
  }

  /** Our answer. @throws {MediaRefused} which changes nothing */
  answer(offer: string): string {
    const streams = readSession(offer, this.#capabilities.limits);
    // RFC 3264 §8: an m-line stays for the whole call.
    if (streams.length < this.#lines.length)
      throw new MediaRefused('malformed', 'the offer leaves out media of the call');
    let carries = false;
    const lines = streams.map((theirs): Line => {
      const ours = carries ? shown(theirs) : this.#answered(theirs);
      carries ||= ours.port !== 0 && ours.note === undefined;
      return { ours: this.#named(ours, theirs), theirs };
    });
    const offered = streams.filter(({ port }) => port !== 0);
    if (offered.length > 0 && lines.every(({ ours }) => ours.port === 0)) throw incompatible(offered);
    return this.#settle(lines);
  }

  /** An offer: of audio, and of what this call had before (RFC 3264 §8). */
  offer(): string {
    if (this.#lines.length === 0) return this.#settle([{ ours: this.#offered(), theirs: undefined }]);
    const lines = this.#lines.map(({ ours, theirs }) => {
      const carried = ours.port !== 0 && ours.note === undefined;
      return { theirs, ours: carried ? { ...ours, direction: 'sendrecv' as const } : ours };
    });
    return this.#settle(lines);
  }

  /** Takes the answer to our offer. @throws {MediaRefused} which changes nothing */
  accept(answer: string): void {
    const streams = readSession(answer, this.#capabilities.limits);
    if (streams.length !== this.#lines.length)
      throw new MediaRefused('malformed', 'the answer has other media than the offer');
    const lines = this.#lines.map(({ ours }, index): Line => ({ ours, theirs: streams[index], isAnswer: true }));
    for (const { ours, theirs } of lines) {
      const carried = ours.port !== 0 && ours.note === undefined && theirs !== undefined && theirs.port !== 0;
      if (carried && agreementOf(theirs, this.#capabilities) === undefined) throw incompatible([theirs]);
    }
    this.#take(lines);
  }

  #take(lines: readonly Line[]): void {
    this.#lines = lines;
    this.#media = lines.map(mediumOf);
  }

  #settle(lines: readonly Line[]): string {
    this.#take(lines);
    const written = lines.map(({ ours }) => mediaText(ours)).join('');
    // RFC 3264 §8: the version goes up by one where the description is another.
    if (this.#version === 0 || written !== this.#written)
      this.#local = sessionText(this.#id, ++this.#version, this.#capabilities.host, written);
    this.#written = written;
    return this.#local;
  }

  #answered(theirs: Stream): MediaLine {
    const { audioPort } = this.#capabilities;
    if (theirs.type !== 'audio' || audioPort === undefined) return shown(theirs);
    const agreement = agreementOf(theirs, this.#capabilities);
    if (agreement === undefined) return refused(theirs);
    const format = theirs.formats.find(({ payload }) => payload === agreement.payload);
    return {
      ...audioLine(audioPort, [...(format ? [format] : []), ...(agreement.events ? [agreement.events] : [])]),
      protocol: theirs.protocol,
      direction: reversed(theirs.direction),
      multiplexesRtcp: theirs.multiplexesRtcp,
      levels: theirs.levels,
    };
  }

  #offered(): MediaLine {
    const { audioPort, codecs, labels } = this.#capabilities;
    const label = labels['audio'];
    const speech = codecs.map((codec) => CODECS[codec]);
    const events = [...new Set(speech.map(({ rate }) => rate))].map((rate, index) => ({
      ...{ payload: 101 + index, name: 'telephone-event', rate, parameters: '0-15' },
    }));
    const line = audioLine(audioPort ?? NOWHERE, [...speech, ...events]);
    const carried =
      audioPort === undefined
        ? inactive('audio')
        : { direction: 'sendrecv' as const, multiplexesRtcp: true, levels: 1 };
    return { ...line, ...carried, label };
  }

  #named(ours: MediaLine, { type, mid, label }: Stream): MediaLine {
    const named = this.#capabilities.labels[type] ?? label;
    return { ...ours, mid, ...(ours.port !== 0 && { label: named }) };
  }
}

const audioLine = (port: number, formats: readonly Format[]): MediaLine => ({
  ...{ type: 'audio', port, protocol: 'RTP/AVP', formats },
  payloads: formats.map(({ payload }) => payload).join(' '),
});

/** Taken, without media: the peer shows what the conference may have later. */
function shown(theirs: Stream): MediaLine {
  const { type, protocol, formats } = theirs;
  const format = formats[0];
  if (theirs.port === 0 || !CARRIED.test(protocol) || !SHOWN.test(type) || format === undefined) return refused(theirs);
  return { ...audioLine(NOWHERE, [format]), type, protocol, ...inactive(type) };
}

const inactive = (type: string) => ({
  ...{ port: NOWHERE, direction: 'inactive' as const, note: `${type} is not carried` },
});

/** RFC 3264 §6: the m-line comes back with port 0. */
const refused = ({ type, protocol, payloads }: Stream): MediaLine => ({
  ...{ type, port: 0, protocol, payloads: payloads === '' ? '0' : payloads, formats: [] },
});

function agreementOf(theirs: Stream, { codecs, host }: Capabilities): AudioAgreement | undefined {
  const { protocol, port, address, direction, formats } = theirs;
  const isFar = address !== undefined && ipVersion(address) !== ipVersion(host);
  if (port === 0 || isFar || !CARRIED.test(protocol)) return undefined;
  for (const format of formats) {
    const codec = codecOf(format, codecs);
    if (codec === undefined) continue;
    const wants = address !== undefined && direction.includes('recv');
    return {
      ...{ codec, payload: format.payload, events: eventsBeside(codec, formats) },
      remote: wants ? { address, port } : undefined,
      receives: direction.startsWith('send'),
      levels: theirs.levels,
    };
  }
  return undefined;
}

function mediumOf({ ours, theirs, isAnswer = false }: Line, index: number): Medium {
  const refused = ours.port === 0 || theirs?.port === 0;
  return {
    ...{ index, type: ours.type, label: ours.label, refused },
    status: refused || theirs === undefined ? 'inactive' : agreed(ours, theirs),
    held: !refused && theirs !== undefined && !theirs.direction.includes('recv') && !(isAnswer && isSilent(ours)),
    codec: refused || ours.note !== undefined ? undefined : ours.formats[0]?.name,
    source: theirs?.source,
  };
}

/** What both do, from the participant's point of view. */
function agreed(ours: MediaLine, theirs: Stream): Direction {
  const mine = ours.direction ?? 'inactive';
  const heard = mine.includes('recv') ? theirs.direction : without(theirs.direction, 'send');
  return mine.startsWith('send') ? heard : without(heard, 'recv');
}

function incompatible(offered: readonly Stream[]): MediaRefused {
  const audio = offered.some(({ type }) => type === 'audio');
  return audio
    ? new MediaRefused('incompatible', 'none of the formats of audio is carried', 305)
    : new MediaRefused('incompatible', 'none of the media is carried', 304);
}
