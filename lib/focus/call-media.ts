import { isDeepStrictEqual } from 'node:util';
import type { EndpointState } from '../conference/endpoint-state.ts';
import { isSidebar } from '../conference/sidebars.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { type Leg, MediaRefused, type Mixer, type Path, type SidebarPart } from '../mixer/mixer.ts';
import type { Description } from '../sip/dialog/description.ts';
import type { Outcome } from '../sip/dialog/session-user.ts';
import { mediaRefusal, offeredTypes, sdpIn, sessionDescription } from './descriptions.ts';
import { type Controls, isMixed, labelsOf, stateOf, UNTOUCHED } from './media.ts';

const PATHS: readonly Path[] = ['to-mixer', 'from-mixer'];

const isSilent = ({ mixed, muted }: Controls, path: Path): boolean => !mixed || muted[path];

const WITHOUT_MEDIA: EndpointState = { status: 'connected' };

/** The media of one call: its place at the mixer, and what has been set there. */
export class CallMedia {
  readonly #mixer: Mixer;
  readonly #report: (error: unknown) => void;
  #leg: Leg | undefined;
  #controls: Controls = UNTOUCHED;
  /** The newest state, and what it was made of. */
  #shown: { readonly media: Leg['media']; readonly controls: Controls; readonly state: EndpointState } | undefined;
  #sidebar: XconUri | undefined;
  #beside: { readonly sidebar: XconUri; readonly part: SidebarPart } | undefined;

  constructor(mixer: Mixer, report: (error: unknown) => void) {
    this.#mixer = mixer;
    this.#report = report;
  }

  get leg(): Leg | undefined {
    return this.#leg;
  }

  get sidebar(): XconUri | undefined {
    return this.#sidebar;
  }

  /** The sidebar in which it speaks beside the conference. */
  get speaksIn(): XconUri | undefined {
    return this.#beside?.part === 'speaks' ? this.#beside.sidebar : undefined;
  }

  /** What goes into the next INVITE or 2xx. */
  get local(): Description | undefined {
    return this.#leg && sessionDescription(this.#leg.local);
  }

  /** What the roster shows of it. */
  get state(): EndpointState {
    if (this.#leg === undefined) return WITHOUT_MEDIA;
    const { media } = this.#leg;
    const controls = this.#controls;
    if (this.#shown?.media !== media || this.#shown.controls !== controls)
      this.#shown = { media, controls, state: stateOf(this.#leg, controls) };
    return this.#shown.state;
  }

  /** Who calls a sidebar is heard beside those who come from its main conference. @throws {MediaRefused} */
  async open(id: string, object: ConferenceObject, offer: string | undefined, waiting: boolean): Promise<Leg> {
    const { kind, parent } = object.header;
    const main = isSidebar(kind) ? parent?.uri : undefined;
    if (main !== undefined) this.#sidebar = object.uri;
    const options = { labels: labelsOf(object), waiting: waiting || main !== undefined };
    const offered = offer === undefined ? options : { ...options, offer };
    this.#leg = await this.#mixer.allocate(main ?? object.uri, id, offered);
    // Who is alone hears what is asked of him.
    if (!waiting && !isMixed(object)) this.apply({ ...this.#controls, mixed: false });
    return this.#leg;
  }

  /** Moves it into another room, at once where it `isIn`; undefined: the conference itself. */
  move(sidebar: XconUri | undefined, isIn: boolean): void {
    if (sidebar === this.#sidebar) return;
    this.#sidebar = sidebar;
    if (isIn) this.#leg?.group(sidebar).catch(this.#report);
  }

  /** What it does in a sidebar beside the conference, at once where it `isIn`; undefined: nothing in this one. */
  beside(sidebar: XconUri, part: SidebarPart | undefined, isIn: boolean): void {
    const before = this.#beside;
    if (part === undefined ? before?.sidebar !== sidebar : before?.sidebar === sidebar && before.part === part) return;
    this.#beside = part && { sidebar, part };
    if (isIn) this.#leg?.beside(part && sidebar, part).catch(this.#report);
  }

  /** The call is in the conference now. */
  enter(): void {
    const { sidebar, part } = this.#beside ?? {};
    if (part !== undefined) this.#leg?.beside(sidebar, part).catch(this.#report);
  }

  apply(controls: Controls): void {
    const before = this.#controls;
    if (isDeepStrictEqual(controls, before)) return;
    this.#controls = controls;
    for (const path of PATHS) {
      const muted = isSilent(controls, path);
      if (muted !== isSilent(before, path)) this.#leg?.mute(path, muted).catch(this.#report);
      if (controls.gain[path] !== before.gain[path]) this.#leg?.gain(path, controls.gain[path]).catch(this.#report);
    }
  }

  /** The types of media of an offer that the call doesn't have yet. */
  addedBy(offer: Description): readonly string[] {
    const there = new Set((this.#leg?.media ?? []).filter(({ refused }) => !refused).map(({ type }) => type));
    return offeredTypes(sdpIn(offer) ?? '').filter((type) => !there.has(type));
  }

  /** The answer to the peer's offer, or ours where he makes none. */
  async offered(offer: Description | undefined): Promise<Outcome> {
    if (this.#leg === undefined) return { status: 488 };
    if (offer === undefined) return sessionDescription(this.#leg.offer());
    const text = sdpIn(offer);
    if (text === undefined) return { status: 415, fields: [['Accept', 'application/sdp']] };
    try {
      return sessionDescription(await this.#leg.update(text));
    } catch (error) {
      if (error instanceof MediaRefused) return mediaRefusal(error);
      throw error;
    }
  }

  /** The peer's answer to our offer; false where it is none that we can take. */
  async answered(answer: Description): Promise<boolean> {
    const text = sdpIn(answer);
    try {
      if (text !== undefined) await this.#leg?.accept(text);
      return text !== undefined;
    } catch (error) {
      if (!(error instanceof MediaRefused)) this.#report(error);
      return false;
    }
  }

  release(): void {
    this.#leg?.release().catch(this.#report);
  }
}
