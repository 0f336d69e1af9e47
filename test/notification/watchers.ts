import { setImmediate as turn } from 'node:timers/promises';
import type { Call } from '../../lib/conference/calls.ts';
import { NotificationService, type NotificationLimits } from '../../lib/notification/service.ts';
import type { Subscription } from '../../lib/notification/subscription.ts';
import type { Format, Notification, Pace, Watcher } from '../../lib/notification/watching.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';
import { world } from '../conference/world.ts';

/** A watcher who remembers what he was told, and answers when a test lets him. */
export class TestWatcher implements Watcher {
  readonly call: Call;
  readonly format: Format;
  readonly told: Notification[] = [];
  /** Waits for `answer` before he has taken what he was told. */
  isSlow = false;
  refuses = false;
  #answers: (() => void)[] = [];

  declare readonly pace?: Pace;

  constructor(call: Call, format: Format = 'xcon-conference-info-diff', pace?: Pace) {
    this.call = call;
    this.format = format;
    if (pace !== undefined) this.pace = pace;
  }

  async deliver(notification: Notification): Promise<void> {
    if (this.refuses) throw new Error('481');
    this.told.push(notification);
    if (this.isSlow) await new Promise<void>((done) => this.#answers.push(done));
  }

  answer(): void {
    for (const done of this.#answers.splice(0)) done();
  }

  get last(): Notification | undefined {
    return this.told.at(-1);
  }

  get kinds(): (string | undefined)[] {
    return this.told.map(({ content, ends }) => [content?.kind ?? 'nothing', ends].filter(Boolean).join(' '));
  }
}

export interface Watching {
  readonly control: ConferenceControl;
  readonly service: NotificationService;
  readonly clock: VirtualClock;
  readonly watch: (uri: XconUri, watcher: TestWatcher) => Promise<Subscription>;
}

/** A notification service over a fresh world, in virtual time. */
export async function watching(limits: Partial<NotificationLimits> = {}): Promise<Watching> {
  const { control } = await world();
  const clock = new VirtualClock();
  const service = new NotificationService({
    control,
    clock,
    limits,
    onError: (error) => {
      throw error;
    },
  });
  return {
    control,
    service,
    clock,
    watch: async (uri, watcher) => {
      const subscription = await service.subscribe(uri, watcher);
      await quiet();
      return subscription;
    },
  };
}

/** Until everything that needs no time has happened. */
export async function quiet(): Promise<void> {
  for (let rounds = 0; rounds < 12; rounds += 1) await turn();
}
