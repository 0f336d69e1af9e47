import { BadMessage } from './bad-message.ts';
import { Cursor } from './cursor.ts';
import { checkedName, checkedValue, fieldsOf, findField, findKnown, splitList, type Fields } from './fields.ts';
import type { ListHeader, SingleHeader } from './headers/definition.ts';
import * as headers from './headers/index.ts';
import { isList, knownName } from './names.ts';
import type { NameAddress } from './name-address.ts';
import { readVia, type Via } from './via.ts';

/** Fields by name: a text replaces all fields of that name, texts make one field each, undefined removes them. */
export type FieldChanges = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What requests and responses share (RFC 3261 §7). Immutable; a header field is read when it is asked for, and once. */
export abstract class Message {
  /** The header fields as `serialize` writes them; Content-Length is not among them. */
  readonly fieldsAsWritten: Fields;
  readonly body: Buffer;
  /** Headers that have been read and their values, by turns: they are few. Those that every layer asks for stand alone. */
  readonly #read: unknown[] = [];
  #from: NameAddress | undefined;
  #to: NameAddress | undefined;
  #callId: string | undefined;
  #cseq: headers.CSeq | undefined;
  #topVia: Via | undefined;
  /** Known when the topmost Via is: no other stands below it. */
  #isOnlyVia = false;

  protected constructor(fields: Fields, body: Buffer) {
    this.fieldsAsWritten = fields;
    this.body = body;
  }

  /** The first line without its line break. */
  abstract get startLine(): string;

  /** The same start line with other fields or another body. */
  protected abstract copy(fields: Fields, body: Buffer): this;

  /** The value of the first field of this name, unfolded, lists undivided. */
  header(name: string): string | undefined {
    const at = findField(this.fieldsAsWritten, name);
    return at < 0 ? undefined : this.fieldsAsWritten[at + 1];
  }

  /** Every value of this name in order; the lists of header fields that are lists are divided. */
  headers(name: string): readonly string[] {
    const lines = this.lines(name);
    return isList(knownName(name) ?? name) ? lines.flatMap(splitList) : lines;
  }

  has(name: string): boolean {
    return findField(this.fieldsAsWritten, name) >= 0;
  }

  /** Every field line in order; names that we know as the RFCs spell them. */
  *fields(): Generator<readonly [name: string, value: string]> {
    for (let at = 0; at < this.fieldsAsWritten.length; at += 2) {
      yield [this.fieldsAsWritten[at] ?? '', this.fieldsAsWritten[at + 1] ?? ''];
    }
  }

  /** The value of a field that stands at most once. @throws {BadMessage} 400 when it is malformed or stands twice */
  get<T>(header: SingleHeader<T>): T | undefined {
    const known = this.#known(header) as T | undefined;
    if (known !== undefined) return known;
    const value = this.#readSingle(header);
    if (value !== undefined) this.#read.push(header, value);
    return value;
  }

  /** The value of a field that must stand once. @throws {BadMessage} 400 when it is missing, malformed or stands twice */
  needed<T>(header: SingleHeader<T>): T {
    return present(header, this.get(header));
  }

  /** The values of a list. @throws {BadMessage} 400 when one is malformed */
  all<T>(header: ListHeader<T>): readonly T[] {
    const read = this.#known(header) as readonly T[] | undefined;
    if (read !== undefined) return read;
    const lines = this.#linesOf(header.name);
    if (lines.length === 0) return lines as readonly T[];
    const values = header.readAll(lines);
    this.#read.push(header, values);
    return values;
  }

  /** The fields of a name, line by line. */
  lines(name: string): readonly string[] {
    const known = knownName(name);
    if (known !== undefined) return this.#linesOf(known);
    const fields = this.fieldsAsWritten;
    const lines: string[] = [];
    for (let at = findField(fields, name); at >= 0; at = findField(fields, name, at + 2))
      lines.push(fields[at + 1] ?? '');
    return lines;
  }

  /** The topmost Via; the others are not looked at. */
  get via(): Via {
    return (this.#topVia ??= this.#readTopVia());
  }

  get vias(): readonly Via[] {
    if (this.#topVia === undefined || !this.#isOnlyVia) return this.all(headers.VIA);
    return [this.#topVia];
  }

  get from(): NameAddress {
    return (this.#from ??= present(headers.FROM, this.#readSingle(headers.FROM)));
  }

  get to(): NameAddress {
    return (this.#to ??= present(headers.TO, this.#readSingle(headers.TO)));
  }

  get callId(): string {
    return (this.#callId ??= present(headers.CALL_ID, this.#readSingle(headers.CALL_ID)));
  }

  get cseq(): headers.CSeq {
    return (this.#cseq ??= present(headers.CSEQ, this.#readSingle(headers.CSEQ)));
  }

  /** The contacts; a single `*` of a REGISTER is `[]`, see `hasWildcardContact`. */
  get contacts(): readonly NameAddress[] {
    return this.hasWildcardContact ? [] : this.all(headers.CONTACT);
  }

  /** Whether all bindings are to be removed (RFC 3261 §10.2.2). */
  get hasWildcardContact(): boolean {
    return this.header('Contact') === '*' && this.lines('Contact').length === 1;
  }

  get routes(): readonly NameAddress[] {
    return this.all(headers.ROUTE);
  }

  get recordRoutes(): readonly NameAddress[] {
    return this.all(headers.RECORD_ROUTE);
  }

  get maxForwards(): number | undefined {
    return this.get(headers.MAX_FORWARDS);
  }

  /** Seconds. */
  get expires(): number | undefined {
    return this.get(headers.EXPIRES);
  }

  get event(): headers.Event | undefined {
    return this.get(headers.EVENT);
  }

  get contentType(): headers.MediaType | undefined {
    return this.get(headers.CONTENT_TYPE);
  }

  get require(): readonly string[] {
    return this.all(headers.REQUIRE);
  }

  get supported(): readonly string[] {
    return this.all(headers.SUPPORTED);
  }

  get allow(): readonly string[] {
    return this.all(headers.ALLOW);
  }

  /** The named fields replaced (in the place of the first of them, else at the end) or removed. @throws {TypeError} for a line break */
  with(changes: FieldChanges, body: Buffer = this.body): this {
    let fields: Fields = this.fieldsAsWritten;
    for (const [name, value] of Object.entries(changes)) fields = replaced(fields, name, value);
    return this.copy(fields, body);
  }

  /** A field above all others of its name: Via, Record-Route, Route. @throws {TypeError} for a line break */
  prepended(name: string, value: string): this {
    const at = Math.max(findField(this.fieldsAsWritten, name), 0);
    return this.copy(this.fieldsAsWritten.toSpliced(at, 0, checkedName(name), checkedValue(name, value)), this.body);
  }

  /** Without the first value of this name: the topmost Via or Route of a list goes, the rest of its line stays. */
  withoutFirst(name: string): this {
    const at = findField(this.fieldsAsWritten, name);
    if (at < 0) return this;
    const field = this.fieldsAsWritten[at] ?? name;
    const rest = isList(field) ? splitList(this.fieldsAsWritten[at + 1] ?? '').slice(1) : [];
    return this.copy(
      this.fieldsAsWritten.toSpliced(at, 2, ...(rest.length === 0 ? [] : [field, rest.join(', ')])),
      this.body,
    );
  }

  /** The same with another topmost Via. */
  withTopVia(via: Via): this {
    const at = findKnown(this.fieldsAsWritten, 'Via');
    const below = splitList(this.fieldsAsWritten[at + 1] ?? '').slice(1);
    const changed = this.copy(this.fieldsAsWritten.with(at + 1, [via.toString(), ...below].join(', ')), this.body);
    changed.#topVia = via;
    changed.#isOnlyVia = this.#isOnlyVia;
    return changed;
  }

  /** Takes over what is known of the Vias of a message that has the same. */
  protected shareVias(other: Message): this {
    this.#topVia = other.#topVia;
    this.#isOnlyVia = other.#isOnlyVia;
    return this;
  }

  #readSingle<T>({ name, read }: SingleHeader<T>): T | undefined {
    const fields = this.fieldsAsWritten;
    const at = findKnown(fields, name);
    if (at < 0) return undefined;
    if (findKnown(fields, name, at + 2) >= 0) throw new BadMessage(400, `More than one ${name}`);
    return read(fields[at + 1] ?? '');
  }

  /** The fields of a name that is spelled as the RFCs do; mostly there is one. */
  #linesOf(name: string): readonly string[] {
    const fields = this.fieldsAsWritten;
    const first = findKnown(fields, name);
    if (first < 0) return NONE;
    const lines = [fields[first + 1] ?? ''];
    for (let at = findKnown(fields, name, first + 2); at >= 0; at = findKnown(fields, name, at + 2))
      lines.push(fields[at + 1] ?? '');
    return lines;
  }

  #known(header: object): unknown {
    const read = this.#read;
    for (let at = 0; at < read.length; at += 2) if (read[at] === header) return read[at + 1];
    return undefined;
  }

  #readTopVia(): Via {
    const fields = this.fieldsAsWritten;
    const at = findKnown(fields, 'Via');
    if (at < 0) throw new BadMessage(400, 'Missing Via');
    const cursor = new Cursor(fields[at + 1] ?? '', 'Via');
    const via = readVia(cursor);
    this.#isOnlyVia = cursor.skipSpace().atEnd && findKnown(fields, 'Via', at + 2) < 0;
    return via;
  }
}

const NONE: readonly never[] = [];

/** @throws {BadMessage} 400 */
function present<T>({ name }: SingleHeader<T>, value: T | undefined): T {
  if (value === undefined) throw new BadMessage(400, `Missing ${name}`);
  return value;
}

function replaced(fields: Fields, name: string, value: string | readonly string[] | undefined): Fields {
  const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  const made = fieldsOf(values.map((one) => [name, one] as const));
  const first = findField(fields, name);
  if (first < 0) return [...fields, ...made];
  const kept = fields.slice(0, first);
  kept.push(...made);
  for (let at = first; at < fields.length; at += 2) {
    if (fields[at] !== fields[first] && findField([fields[at] ?? ''], name) < 0)
      kept.push(fields[at] ?? '', fields[at + 1] ?? '');
  }
  return kept;
}
