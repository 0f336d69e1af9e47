import type { ConferenceControl } from '../../lib/conference/control.ts';
import { Focus } from '../../lib/focus/focus.ts';
import type { FocusSettings } from '../../lib/focus/parts.ts';
import type { CallRecord } from '../../lib/focus/records.ts';
import { type Announcement, type Leg, type LegOptions, type MixerEvents, type Path } from '../../lib/mixer/mixer.ts';
import { NoMixer } from '../../lib/mixer/none.ts';
import { isFocus } from '../../lib/mmtel/focus-evidence.ts';
import { parseXconUri, type XconUri } from '../../lib/model/identifiers.ts';
import { UserAgent } from '../../lib/sip/agent/user-agent.ts';
import { TimerWheel } from '../../lib/sip/clock.ts';
import { newTag } from '../../lib/sip/token.ts';
import { MemoryRecords } from '../../lib/store/memory-records.ts';
import { Phone } from '../support/phone.ts';
import { DOMAIN, principal, world } from '../conference/world.ts';

/** What a mixer was asked to do for one call, in order. */
export interface MixedLeg {
  readonly conference: string;
  readonly id: string;
  readonly options: LegOptions;
  readonly done: string[];
}

/** Mixes nothing, and writes down what it was asked. */
export class ScriptedMixer extends NoMixer {
  override readonly carries = ['audio'] as never[];
  readonly legs: MixedLeg[] = [];
  /** What all of a conference heard. */
  readonly heard: Announcement[] = [];
  #events: MixerEvents = {};
  #wake: () => void = () => undefined;

  override async allocate(conference: string, id: string, options: LegOptions = {}): Promise<Leg> {
    const leg = await super.allocate(conference, id, options);
    const done: string[] = [];
    this.legs.push({ conference, id, options, done });
    const note = (what: string): Promise<void> => {
      done.push(what);
      this.#wake();
      return Promise.resolve();
    };
    return {
      get local() {
        return leg.local;
      },
      get media() {
        return leg.media;
      },
      update: (offer) => leg.update(offer),
      accept: (answer) => leg.accept(answer),
      offer: () => leg.offer(),
      mute: (path: Path, muted: boolean) => note(`${muted ? 'mute' : 'unmute'} ${path}`),
      gain: (path: Path, gain: number) => note(`gain ${path} ${gain}`),
      group: (sidebar) => note(`group ${sidebar ?? 'main'}`),
      beside: (sidebar, part) => note(`${part ?? 'nothing'} in ${sidebar ?? 'no sidebar'}`),
      announce: (announcement: Announcement) => note(announcement),
      release: () => note('release'),
    };
  }

  override announce(_conference?: string, announcement?: Announcement): Promise<void> {
    if (announcement !== undefined) this.heard.push(announcement);
    return Promise.resolve();
  }

  override listen(events: MixerEvents = {}): () => void {
    this.#events = events;
    return () => undefined;
  }

  /** Somebody presses these keys. */
  press({ conference, id }: MixedLeg, keys: string): void {
    for (const key of keys) this.#events.digit?.(conference, id, key);
  }

  lose({ conference, id }: MixedLeg): void {
    this.#events.lost?.(conference, id);
  }

  /** The nth leg, as soon as that was done to it. */
  async after(nth: number, what: string): Promise<MixedLeg> {
    for (;;) {
      const leg = this.legs[nth];
      if (leg?.done.includes(what) === true) return leg;
      await new Promise<void>((done) => (this.#wake = done));
    }
  }
}

/** A focus over UDP, with a mixer that writes down what it is asked. Whom From names is believed. */
export class FocusStage {
  readonly mixer = new ScriptedMixer();
  readonly control: ConferenceControl;
  readonly focus: Focus;
  readonly #agent: UserAgent;
  readonly #phones: Phone[] = [];
  #sentBy = '';

  private constructor(control: ConferenceControl, settings: Partial<FocusSettings>) {
    const clock = new TimerWheel();
    const report = (error: unknown): void => {
      throw error;
    };
    this.control = control;
    this.#agent = new UserAgent({ clock, report });
    this.focus = new Focus({
      control,
      endpoints: control.endpoints,
      onChange: (listener) => control.onChange(listener),
      mixer: this.mixer,
      identities: {
        identify: ({ request, flow }) => {
          const { uri } = request.from;
          const name = uri.kind === 'sip' ? (uri.user ?? '') : '';
          return Promise.resolve({ principal: principal(name), source: flow.remote.address });
        },
        servesDomain: (domain) => domain === DOMAIN,
        domain: DOMAIN,
      },
      records: new MemoryRecords<CallRecord>(),
      conferenceOf: (uri) => (uri.kind === 'sip' ? parseXconUri(`xcon:${uri.user ?? ''}@${DOMAIN}`) : undefined),
      contact: ({ flow }, uri) => `${this.#agent.contact(flow, idOf(uri))};isfocus`,
      isFocus,
      cascades: () => Promise.resolve(false),
      take: (...call) => this.#agent.take(...call),
      resume: (...session) => this.#agent.resume(...session),
      answerOptions: (server, fields) => this.#agent.answerOptions(server, fields),
      clock,
      date: Date.now,
      newId: newTag,
      settings,
      report,
    });
    this.#agent.handle('INVITE', (server) => this.focus.invite(server));
  }

  static async open(settings: Partial<FocusSettings> = {}): Promise<FocusStage> {
    const { control } = await world();
    const stage = new FocusStage(control, settings);
    const { sentBy } = await stage.#agent.listen({ protocol: 'udp', address: '127.0.0.1', port: 0 });
    stage.#sentBy = sentBy;
    return stage;
  }

  async phone(name: string): Promise<Phone> {
    const phone = await Phone.open(name, 'demo');
    this.#phones.push(phone);
    return phone;
  }

  uri(conference: XconUri): string {
    return `sip:${idOf(conference)}@${this.#sentBy}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#phones.map((phone) => phone.close()));
    await this.focus.close();
    await this.#agent.close();
  }
}

const idOf = (uri: XconUri): string => uri.slice('xcon:'.length).replace(/@.*/, '');
