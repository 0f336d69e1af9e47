import type { Call } from '../conference/calls.ts';
import type { Change, ChangeListener } from '../conference/changes.ts';
import { Refusal } from '../conference/refusal.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { NotificationService } from '../notification/service.ts';
import type { ConferenceWatch } from './watch.ts';

/** The conference control, as far as addresses of series need it. */
export interface SharedConferences {
  /** The object to which the SIP URI of a conference leads now. */
  reached(uri: XconUri): Promise<XconUri>;
  onChange(listener: ChangeListener): void;
}

export interface SharedAddressParts {
  readonly conferences: SharedConferences;
  readonly notification: Pick<NotificationService, 'attend' | 'check'>;
  readonly report: (error: unknown) => void;
}

/** Watches that came by the SIP URI of a series: it leads to what stands for the occurrence that goes on (RFC 5239 §7.4). */
export class SharedAddresses {
  readonly #parts: SharedAddressParts;
  readonly #watches = new Map<XconUri, Set<ConferenceWatch>>();
  readonly #leading = new WeakMap<ConferenceWatch, Promise<void>>();

  constructor(parts: SharedAddressParts) {
    this.#parts = parts;
    parts.conferences.onChange((change) => {
      const series = seriesOf(change);
      for (const watch of this.#watches.get(series) ?? []) if (mayLead(change)) this.#lead(watch);
    });
  }

  /** Watches what the address leads to; who may not sees the series. @throws {Refusal} where he may see neither */
  async attend(watch: ConferenceWatch): Promise<void> {
    const { named, call } = watch;
    const uri = watch.isFixed ? named : await this.#visible(call, named);
    watch.watches(uri, await this.#parts.notification.attend(uri, watch, watch.knownOf(uri)));
    if (watch.isFixed) return;
    const others = this.#watches.get(named) ?? new Set();
    this.#watches.set(named, others.add(watch));
  }

  /** @throws {Refusal} where somebody may watch neither what the address leads to nor what it names */
  async check(call: Call, named: XconUri): Promise<void> {
    await this.#parts.notification.check(call, await this.#visible(call, named));
  }

  async #visible(call: Call, named: XconUri): Promise<XconUri> {
    const { conferences, notification } = this.#parts;
    const reached = await conferences.reached(named);
    if (reached === named) return named;
    try {
      await notification.check(call, reached);
      return reached;
    } catch (error) {
      if (error instanceof Refusal) return named;
      throw error;
    }
  }

  leave(watch: ConferenceWatch): void {
    const others = this.#watches.get(watch.named);
    others?.delete(watch);
    if (others?.size === 0) this.#watches.delete(watch.named);
  }

  /** What is watched is gone, or something else is reached. */
  #lead(watch: ConferenceWatch): void {
    const before = this.#leading.get(watch) ?? Promise.resolve();
    const { report } = this.#parts;
    this.#leading.set(
      watch,
      before
        .then(() => this.#follow(watch))
        .catch((error: unknown) => {
          if (error instanceof Refusal) watch.lost(error.reason === 'no-such-conference' ? 'noresource' : 'rejected');
          else report(error);
        }),
    );
  }

  async #follow(watch: ConferenceWatch): Promise<void> {
    const uri = await this.#visible(watch.call, watch.named);
    if (watch.isOver || uri === watch.conference) return;
    // RFC 6502 has one conference in its documents and the differences between them.
    if (watch.format === 'conference-info') watch.watches(uri, await this.#parts.notification.attend(uri, watch));
    else watch.lost('deactivated');
  }
}

const seriesOf = ({ uri, before, after }: Change): XconUri =>
  after?.header.stands?.series ?? before?.header.stands?.series ?? uri;

/** Whether another of a series may be reached after a change. */
function mayLead({ before, after }: Change): boolean {
  const [old, now] = [before, after].map((object) => object && object.counts.connected + object.counts.pending > 0);
  return after === undefined || before?.header.active !== after.header.active || old !== now;
}
