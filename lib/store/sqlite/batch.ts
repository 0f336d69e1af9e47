import type { ChangeSet, LoggedChange, ObjectChange, PartChange } from '../../conference/repository.ts';

/** A changed part with the lengths of its texts in place of the texts. */
export interface PartEntry extends Omit<PartChange, 'before' | 'after'> {
  readonly before?: number;
  readonly after?: number;
}

export interface ChangeEntry extends Omit<ObjectChange, 'parts'> {
  readonly parts: readonly PartEntry[];
}

/** Sets on their way to the writing thread: all texts in one piece of memory, in their order, that moves there uncopied. */
export interface Batch {
  /** `ChangeEntry[][]` as JSON, which a message carries with less work than objects. */
  readonly sets: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function pack(sets: readonly ChangeSet[]): Batch {
  return { sets: JSON.stringify(sets.map((set) => set.map(changeEntry))), bytes: textsIn(sets) };
}

function textsIn(sets: readonly ChangeSet[]): Uint8Array<ArrayBuffer> {
  const texts: Uint8Array[] = [];
  let length = 0;
  for (const set of sets) {
    for (const { parts } of set) {
      for (const { before, after } of parts) {
        if (before !== undefined) texts.push(before);
        if (after !== undefined) texts.push(after);
        length += (before?.length ?? 0) + (after?.length ?? 0);
      }
    }
  }
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const text of texts) {
    bytes.set(text, end);
    end += text.length;
  }
  return bytes;
}

/** With every name, so that the compiler misses one that is forgotten; JSON leaves out what is undefined. */
type Named<Entry> = { readonly [Name in keyof Entry]-?: Entry[Name] | undefined };

const changeEntry = (change: ObjectChange): Named<Omit<ChangeEntry, 'parts'>> & { parts: Named<PartEntry>[] } => ({
  uri: change.uri,
  expected: change.expected,
  version: change.version,
  header: change.header,
  parts: change.parts.map(partEntry),
  booking: change.booking,
  by: change.by,
  at: change.at,
});

const partEntry = ({ kind, key, before, after, facts, factsBefore, identities }: PartChange): Named<PartEntry> => ({
  kind,
  key,
  before: before?.length,
  after: after?.length,
  facts,
  factsBefore,
  identities,
});

export const setsIn = ({ sets }: Batch): ChangeEntry[][] => JSON.parse(sets) as ChangeEntry[][];

/** Hands out consecutive pieces of the bytes, sharing their memory. */
export class Cutter {
  readonly #bytes: Buffer;
  #start = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  cut(length: number): Buffer {
    const start = this.#start;
    this.#start += length;
    return this.#bytes.subarray(start, this.#start);
  }

  /** The next piece, if there is one: without a length nothing was packed. */
  next(length: number | undefined): Buffer | undefined {
    return length === undefined ? undefined : this.cut(length);
  }
}

export const textLength = (parts: readonly PartEntry[]): number =>
  parts.reduce((length, { before = 0, after = 0 }) => length + before + after, 0);

/** A log entry with its texts, from the columns that keep it. */
export function unpack(change: Omit<LoggedChange, 'parts'>, parts: readonly PartEntry[], bytes: Buffer): LoggedChange {
  const cutter = new Cutter(bytes);
  return {
    ...change,
    parts: parts.map(({ before: lengthBefore, after: lengthAfter, ...part }) => {
      const before = cutter.next(lengthBefore);
      const after = cutter.next(lengthAfter);
      return { ...part, ...(before && { before }), ...(after && { after }) };
    }),
  };
}
