import { type ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { info } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { checkRoom } from './admission.ts';
import { type Bringing, judgeArrival, judgeArrivals } from './arrivals.ts';
import { planRoom } from './booking.ts';
import { principalOf } from './callers.ts';
import { callArrivals } from './calling.ts';
import type { Call } from './calls.ts';
import type { Capacity } from './capacity.ts';
import type { ArrivalGuard } from './changes.ts';
import { carryChildren } from './child-times.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { checkWindow, followClock } from './life.ts';
import { Identities } from './people.ts';
import { notePlanned } from './planning.ts';
import { shaped, withVersion } from './refusing.ts';
import { askAgain } from './rescheduling.ts';
import { checkEdit, completeSections } from './sections.ts';
import { checkMembers, standingIn } from './sidebars.ts';
import type { Standing } from './standing.ts';
import { checkTimes, timeDefaults, timesOf } from './times.ts';

/** Lets a caller to an object, or refuses. @throws {Refusal} */
export type Enter = (object: ConferenceObject, standing: Standing) => void;

/** A change before the rules have spoken. */
export interface Proposed {
  readonly call: Call;
  readonly before: ConferenceObject;
  /** The main conference of a sidebar. */
  readonly main: ConferenceObject | undefined;
  readonly element: XmlElement | undefined;
  readonly identities: Identities;
  readonly work: (work: Work) => void;
  readonly enter: Enter;
}

/** The rules of every change: what they make of it, or why they refuse it. */
export class ChangeRules {
  readonly #parts: ControlParts;
  readonly #capacity: Capacity;
  readonly #arrivalGuards: ArrivalGuard[] = [];

  constructor(parts: ControlParts, capacity: Capacity) {
    this.#parts = parts;
    this.#capacity = capacity;
  }

  addArrivalGuard(guard: ArrivalGuard): void {
    this.#arrivalGuards.push(guard);
  }

  /** Whom a request names, and its sender. */
  identitiesIn(element: XmlElement | undefined, call: Call): Promise<Identities> {
    const { people, limits } = this.#parts;
    return Identities.in(element, people, principalOf(call), limits.named);
  }

  /** Whom several pieces of one request name, together. */
  identitiesOf(asked: readonly ({ element: XmlElement | undefined } | undefined)[], call: Call): Promise<Identities> {
    const named = asked.flatMap((one) => one?.element ?? []);
    return this.identitiesIn(named.length === 0 ? undefined : info('conference-info', {}, named), call);
  }

  /** A new object. @throws {Refusal} */
  made(call: Call, make: () => Bringing): ObjectEdit {
    return shaped(() => {
      const bringing = make();
      this.#settle(bringing, principalOf(call)?.userId);
      return bringing.edit;
    });
  }

  /** What a change makes of an object. @throws {Refusal} with the version that it met */
  edited({ call, before, main, element, identities, work, enter }: Proposed): ObjectEdit {
    const { people, limits, times: rules = timeDefaults, clock } = this.#parts;
    const standing = standingIn(before, main, call.caller);
    enter(before, standing);
    const edit = new ObjectEdit(before);
    withVersion(before.version, () =>
      shaped(() => {
        const bringing = { edit, call, standing, main, element };
        const judge: Work['judge'] = (arrival) => judgeArrival(this.#arrivalGuards, bringing, arrival);
        work({ call, edit, standing, identities, people, limits, rules, now: clock(), judge });
        this.#settle(bringing);
      }),
    );
    return edit;
  }

  /** Who is brought in is called, and may be refused. */
  #settle(bringing: Bringing, maker?: XconUserId): void {
    const { edit, call, main } = bringing;
    if (this.#parts.dialsOut === true) callArrivals(bringing);
    judgeArrivals(this.#arrivalGuards, bringing);
    if (main !== undefined) checkMembers(edit, main, call.caller);
    this.complete(edit, maker);
  }

  /**
   * Checks an edit, and brings it to where it stands by its times.
   * @param maker who is charged for a new one
   */
  complete(edit: ObjectEdit, maker?: XconUserId): void {
    const { people, limits, clock, times: rules = timeDefaults } = this.#parts;
    completeSections(edit, people.domain);
    const now = clock();
    carryChildren(edit, rules);
    checkTimes(edit, rules, now);
    const more = peopleIn(edit.now) - peopleIn(edit.before);
    const times = timesOf(edit.now, rules);
    followClock(edit, times, now);
    askAgain(edit, rules);
    checkEdit(edit);
    if (more > 0) checkWindow(edit.now, times, now);
    if (more > 0) checkRoom({ ...edit.now, counts: edit.before.counts }, limits.users, more);
    notePlanned(edit);
    planRoom(edit, times, { ...this.#capacity.planning, owner: maker });
  }
}

/** How many have a place in the occurrence. */
const peopleIn = ({ counts }: ConferenceObject): number => counts.present + counts.pending;
