import { ShapeError } from '../model/shape.ts';
import { Refusal } from './refusal.ts';

/** A request that does not have the shape of the data model is malformed. */
export function shaped<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ShapeError) throw new Refusal('malformed', `${error.message}.`);
    throw error;
  }
}

/** A refused change tells the version that it met. */
export function withVersion<T>(version: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw versioned(version, error);
  }
}

/** The same of work that pauses. */
export const withVersionLater = <T>(version: number, work: () => Promise<T>): Promise<T> =>
  work().catch((error: unknown) => {
    throw versioned(version, error);
  });

const versioned = (version: number, error: unknown): unknown =>
  error instanceof Refusal ? new Refusal(error.reason, error.message, version, error.obstacle) : error;
