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
    if (error instanceof Refusal) throw new Refusal(error.reason, error.message, version, error.obstacle);
    throw error;
  }
}
