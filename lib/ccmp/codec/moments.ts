/** A moment in milliseconds since 1970 as xs:dateTime in UTC. */
export const writtenMoment = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Undefined for what is no moment. */
export function readMoment(text: string | undefined): number | undefined {
  const at = text === undefined ? NaN : Date.parse(text.trim());
  return Number.isNaN(at) ? undefined : at;
}
