import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { runPython } from './calendar-peer.ts';

/** What another implementation reads; times with a zone are in UTC, texts without escapes. */
export interface ReadComponent {
  readonly name: string;
  readonly properties: readonly ReadProperty[];
  readonly components: readonly ReadComponent[];
}

export interface ReadProperty {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly value: unknown;
}

const SCRIPT = new URL('calendar-reader.py', import.meta.url);

/** Reads iCalendar objects by python3-icalendar, which shares no code with what wrote them. */
export async function readIndependently(...texts: readonly string[]): Promise<ReadComponent[]> {
  for (const text of texts) expectLines(text);
  return JSON.parse(await runPython(SCRIPT, [], { home: tmpdir(), input: JSON.stringify(texts) })) as ReadComponent[];
}

/** RFC 5545 §3.1: lines end in CRLF and have 75 octets at most, no character is torn apart. */
function expectLines(text: string): void {
  expect(text.endsWith('\r\n'), 'the last line ends').to.equal(true);
  for (const line of text.slice(0, -2).split('\r\n')) {
    expect(line).not.to.match(/[\r\n\0\ufffd]/);
    expect(line).not.to.equal('');
    expect(Buffer.byteLength(line), line).to.be.at.most(75);
  }
}

export const valuesOf = (component: ReadComponent | undefined, name: string): unknown[] =>
  component?.properties.filter((one) => one.name === name).map(({ value }) => value) ?? [];

export const componentsOf = ({ components }: ReadComponent, name: string): ReadComponent[] =>
  components.filter((one) => one.name === name);

/** The event of a series that changes an occurrence, by its moment; without one the series itself. */
export const eventAt = (calendar: ReadComponent, moment?: string): ReadComponent | undefined =>
  componentsOf(calendar, 'VEVENT').find((event) => valuesOf(event, 'RECURRENCE-ID')[0] === moment);

/** What a component says that another does not, property by property and in all that is inside it, as text. */
export function absentIn(said: ReadComponent, from: ReadComponent): string[] {
  const there = new Set(from.properties.map((one) => JSON.stringify(one)));
  const places = from.components.map((one) => ({ one, place: placeOf(one) }));
  return [
    ...said.properties.map((one) => JSON.stringify(one)).filter((one) => !there.has(one)),
    ...said.components.flatMap((part) => {
      const same = places.find(({ place }) => place === placeOf(part))?.one;
      return same === undefined ? [`no ${placeOf(part)}`] : absentIn(part, same);
    }),
  ];
}

/** What tells one component from its siblings. */
const placeOf = (component: ReadComponent): string =>
  [component.name, ...['TZID', 'RECURRENCE-ID', 'TRIGGER', 'DTSTART'].map((name) => valuesOf(component, name)[0])]
    .slice(0, component.name === 'VEVENT' ? 3 : 5)
    .join(' ');
