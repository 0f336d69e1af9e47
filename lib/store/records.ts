/**
 * Small records under names of their own: what must survive a restart and belongs to no conference object, such as
 * subscriptions and bindings. Values are plain data.
 */
export interface Records<Value> {
  /** Resolves when it is durable; one of the same id goes. */
  keep(id: string, value: Value): Promise<void>;
  forget(id: string): Promise<void>;
  /** The record of an id that was kept durably. */
  read(id: string): Promise<Value | undefined>;
  /** Those whose ids begin so, in the order of ids, in slices. */
  startingWith(prefix: string): AsyncIterable<readonly Value[]>;
  /** Every record in the order of ids, in slices. */
  all(): AsyncIterable<readonly Value[]>;
}
