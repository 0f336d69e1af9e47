/** From the participant's point of view, as in RFC 4575 §5.8.5. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** `to-mixer`: what the participant sends; `from-mixer`: what he receives (RFC 6501 §4.6.5.6). */
export type Path = 'to-mixer' | 'from-mixer';

/** One m-line of a call, as both sides agreed on it (RFC 3264). */
export interface Medium {
  /** Its place among the m-lines of the call, from 0; it never changes in a call. */
  readonly index: number;
  /** `audio`, `video`, `text` or what else the peer named. */
  readonly type: string;
  /** RFC 4574: the label of the conference's medium that it belongs to. */
  readonly label: string | undefined;
  readonly status: Direction;
  /** The peer put it on hold: `a=sendonly`, `a=inactive` or `c=0.0.0.0` (RFC 3264 §8.4). */
  readonly held: boolean;
  /** One side refused it: its port is 0. */
  readonly refused: boolean;
  /** As in `a=rtpmap`, such as `opus`; absent where no media flows. */
  readonly codec: string | undefined;
  /** The SSRC that the peer announced (RFC 5576), for `src-id`. */
  readonly source: number | undefined;
}

/** Why a session description can't be taken; `busy` and `unavailable` may pass. */
export type MediaRefusal =
  /** It is not SDP, or crosses a limit. */
  | 'malformed'
  /** Nothing in it is what we carry: 488 (RFC 3261 §21.4.26). */
  | 'incompatible'
  /** Every place is taken. */
  | 'busy'
  /** The mixer doesn't answer. */
  | 'unavailable';

/** A session description that is not taken, or a mixer that can't serve. */
export class MediaRefused extends Error {
  override readonly name = 'MediaRefused';
  readonly reason: MediaRefusal;
  /** The code of a SIP Warning: 304 for the media type, 305 for the format, 399 otherwise (RFC 3261 §20.43). */
  readonly warning: 304 | 305 | 399;

  constructor(reason: MediaRefusal, text: string, warning: 304 | 305 | 399 = 399) {
    super(text);
    this.reason = reason;
    this.warning = warning;
  }
}

export interface LegOptions {
  /** The peer's session description; without it the leg makes an offer. */
  readonly offer?: string;
  /** Type of medium → label of the conference's `available-media`, written into our SDP (RFC 4574). */
  readonly labels?: Readonly<Record<string, string>>;
  /** Alone in a room of his own until `group` is called: he gives his PIN, or waits for a moderator. */
  readonly waiting?: boolean;
}

/** Sounds that the mixer makes; `prompt` asks for digits, `refused` says that they were wrong. */
export type Announcement = 'joined' | 'left' | 'ending' | 'recording' | 'prompt' | 'refused' | 'waiting';

/** What somebody does in a sidebar who is in the conference too. */
export type SidebarPart = 'speaks' | 'hears';

/** One call's media. Each call of a method that finds the leg released does nothing. */
export interface Leg {
  /** What our next INVITE, answer or re-INVITE carries: the answer to the last offer, or our offer. */
  readonly local: string;
  readonly media: readonly Medium[];
  /** Takes the peer's answer to our offer. @throws {MediaRefused} */
  accept(answer: string): Promise<void>;
  /** Takes a new offer of the peer; resolves to our answer, and leaves all as it was when it throws. @throws {MediaRefused} */
  update(offer: string): Promise<string>;
  /** An offer for a re-INVITE without change, or for one whose peer has to offer (RFC 3264 §8). */
  offer(): string;
  mute(path: Path, muted: boolean): Promise<void>;
  /** −127 to 127, 0 is as it came (RFC 6501 §4.2.7). */
  gain(path: Path, gain: number): Promise<void>;
  /** Moves the participant into a sidebar, or, without one, into the conference itself. */
  group(sidebar?: string): Promise<void>;
  /**
   * In a sidebar beside the conference (RFC 6504 §7.4): `speaks` there alone while hearing the conference, or `hears` it beside the
   * conference, where he speaks on; without one neither. `group` is for who is in the sidebar as a whole.
   */
  beside(sidebar?: string, part?: SidebarPart): Promise<void>;
  /** Plays a sound to this participant alone, where he is alone. */
  announce(announcement: Announcement): Promise<void>;
  release(): Promise<void>;
}

/** What a mixer tells. `leg` and `conference` are the names that `allocate` was given. */
export interface MixerEvents {
  talking?(conference: string, leg: string, talking: boolean): void;
  /** One of 0–9, *, #, A–D that was pressed (RFC 4733). */
  digit?(conference: string, leg: string, digit: string): void;
  /** Its `local` is another now: the peer needs a re-INVITE. */
  changed?(conference: string, leg: string): void;
  /** Nothing comes from the peer any more, though he should send; told once per silence. */
  silent?(conference: string, leg: string): void;
  /** The mixer can't carry this leg any more. */
  lost?(conference: string, leg: string): void;
}

/** What carries media for the focus. */
export interface Mixer {
  /** Types of media that flow; others are inactive. */
  readonly carries: readonly string[];
  /** Calls that have a place. */
  readonly size: number;
  /** Whether calls get one now. */
  readonly connected: boolean;
  /** Once, before anything is allocated. */
  open(): Promise<void>;
  /** A place for one call. `leg` is unique in its conference. @throws {MediaRefused} */
  allocate(conference: string, leg: string, options?: LegOptions): Promise<Leg>;
  /** @returns what ends it */
  listen(events: MixerEvents): () => void;
  /** Plays a sound to all who are in the conference itself. */
  announce(conference: string, announcement: Announcement): Promise<void>;
  /** Starts and ends recording what is heard in the conference; resolves to where it is kept, if it is on. */
  record(conference: string, on: boolean): Promise<string | undefined>;
  /** Whether we record. */
  recording(conference: string): boolean;
  /** The conference ended: releases its legs. */
  end(conference: string): Promise<void>;
  close(): Promise<void>;
}
