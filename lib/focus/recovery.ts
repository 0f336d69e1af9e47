import { statusOf } from '../model/user.ts';
import { descriptionOf } from '../sip/dialog/description.ts';
import { SessionEnded } from '../sip/dialog/session-requests.ts';
import { Call, type CallEnd } from './call.ts';
import { sdpIn } from './descriptions.ts';
import { answeredState } from './outgoing-call.ts';
import type { FocusParts } from './parts.ts';
import { isHeardIn } from './sidebars.ts';

/**
 * Goes on with the calls of before a restart. Each peer is asked by a re-INVITE with new media whether he is still there; who is not is
 * in the roster no longer than that takes.
 */
export class Recovery {
  readonly #parts: FocusParts;
  #restored: Restored[] = [];

  constructor(parts: FocusParts) {
    this.#parts = parts;
  }

  /** Knows the dialogs again, before anybody can speak in them. Resolves to how many there are. */
  async restore(): Promise<number> {
    const { context, resume, settings } = this.#parts;
    for await (const records of context.records.all())
      for (const { dialog, ...record } of records) {
        const call = new Call(context, record);
        call.establish(resume(dialog, call, settings.session, record.joined === 'dialed-out'));
        this.#restored.push({ call, invited: dialog.localSeq });
      }
    return this.#restored.length;
  }

  /** Asks the peers, so many at a time. */
  async run(): Promise<void> {
    const waiting = this.#restored.values();
    const work = async (): Promise<void> => {
      for (const restored of waiting) await this.#recover(restored);
    };
    const { recoveredAtOnce } = this.#parts.settings;
    await Promise.all(Array.from({ length: Math.min(recoveredAtOnce, this.#restored.length) }, work));
    this.#restored = [];
  }

  async #recover({ call, invited }: Restored): Promise<void> {
    try {
      // Whom we called may never have heard that we know of her answer.
      if (call.joined === 'dialed-out') await call.session?.acknowledgeAgain(invited);
      if (!(await this.#resume(call))) call.hangUp(LOST);
    } catch (error) {
      if (!(error instanceof SessionEnded)) this.#parts.report(error);
      call.hangUp(LOST);
    }
  }

  async #resume(call: Call): Promise<boolean> {
    const { endpoints, context } = this.#parts;
    const object = await endpoints.object(call.conference);
    const endpoint = call.endpointIn(object);
    // Whoever waited to be let in has had no answer, and will get none.
    if (object === undefined || endpoint === undefined || WAITING.has(statusOf(endpoint))) return false;
    const leg = await call.open(object);
    const answer = await call.session?.invite(call.local);
    const description = answer && descriptionOf(answer.response);
    const text = description && sdpIn(description);
    if (answer === undefined || answer.response.status >= 300 || text === undefined) return false;
    await leg.accept(text);
    const now = await endpoints.object(call.conference);
    if (now === undefined) return false;
    if (now.sidebars.size > 0) call.move(await endpoints.sidebarOf(now, call.user, isHeardIn));
    if (call.sidebar !== undefined) await leg.group(call.sidebar);
    if (CALLED.has(statusOf(endpoint)) && call.session !== undefined)
      await call.report({ ...call.state, ...answeredState(call.session, context.date()) });
    call.enter(now, false);
    return true;
  }
}

interface Restored {
  readonly call: Call;
  /** CSeq of its INVITE, where that was ours. */
  readonly invited: number;
}

/** Who had answered, when the roster did not know it yet. */
const CALLED = new Set(['dialing-out', 'alerting']);
const WAITING = new Set(['pending', 'dialing-in', 'disconnecting', 'disconnected']);
const LOST: CallEnd = { method: 'failed', reason: 'SIP;cause=503;text="Restart"', silently: true };
