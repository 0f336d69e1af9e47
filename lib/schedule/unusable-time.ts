/** Why a time can't be used: it isn't written as it must be, or it contradicts itself, or it asks for more than is allowed. */
export type Flaw = 'malformed' | 'inconsistent' | 'too-much';

/** What a conference-time says can't be followed; the message tells a person what to change. */
export class UnusableTime extends Error {
  readonly flaw: Flaw;

  constructor(flaw: Flaw, message: string) {
    super(message);
    this.name = 'UnusableTime';
    this.flaw = flaw;
  }
}
