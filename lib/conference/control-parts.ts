import type { Attempts } from '../directory/attempts.ts';
import type { ObjectEdit } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Call } from './calls.ts';
import type { Arrival } from './changes.ts';
import type { CapacityLimits } from './capacity.ts';
import type { CommitLimits } from './commits.ts';
import { filterDefaults, type FilterLimits } from './filter.ts';
import type { Identities, People } from './people.ts';
import type { ConferenceRepository } from './repository.ts';
import type { Standing } from './standing.ts';
import type { TimeRules } from './times.ts';

export interface ControlLimits extends CommitLimits, FilterLimits {
  /** Users in one conference at a time. */
  readonly users: number;
  /** Users and targets of lists that one request names. */
  readonly named: number;
  /** Entries of one list of conferences. */
  readonly listed: number;
  /** Sidebars of one conference at a time. */
  readonly sidebars: number;
  /** Conference objects of one series: what stands for some of its occurrences, and itself. */
  readonly children: number;
  /** Digits of the conference passwords that the server makes. */
  readonly passwordDigits: number;
}

export interface ControlParts {
  readonly repository: ConferenceRepository;
  readonly people: People;
  /** Counts wrong conference passwords. */
  readonly attempts: Attempts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly limits: ControlLimits;
  /** How times of conferences are read; as documented where none are given. */
  readonly times?: TimeRules;
  /** How much room there is; as documented where nothing is given. */
  readonly capacity?: CapacityLimits;
  /** Whether there is a focus that calls people (RFC 4353); otherwise who is brought in is in. */
  readonly dialsOut?: boolean;
  /** The blueprint that a conference is made from when its creator names none. */
  readonly defaultBlueprint: XconUri;
}

export const controlDefaults: Omit<ControlLimits, keyof CommitLimits> = {
  users: 20_000,
  named: 1_000,
  listed: 10_000,
  sidebars: 100,
  children: 200,
  passwordDigits: 10,
  ...filterDefaults,
};

/** What a piece of work may use of the call that asked for it. */
export interface Work {
  readonly call: Call;
  readonly edit: ObjectEdit;
  readonly standing: Standing;
  readonly identities: Identities;
  readonly people: People;
  readonly limits: ControlLimits;
  /** How times are read. */
  readonly rules: TimeRules;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Refuses whoever may not be brought in. What the edit holds after the work is judged anyway. @throws {Refusal} */
  judge(arrival: Omit<Arrival, 'object' | 'caller' | 'callersRecord'>): void;
}
