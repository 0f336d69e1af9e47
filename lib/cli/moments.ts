import { CommandFailure, EXIT } from './outcome.ts';

/** A moment in milliseconds since 1970 as one writes it. */
export const shownMoment = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

export function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new CommandFailure(`${text} is no time: write 2030-01-07T09:00:00Z`, EXIT.usage);
  return at;
}
