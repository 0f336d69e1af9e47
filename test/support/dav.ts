import ICAL from 'ical.js';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import { parse } from '../../lib/xml/parse.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { basic } from './party.ts';
import { expectValid } from './schemas.ts';
import { PASSWORD, type TestSystem } from './system.ts';

export interface DavResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const DAV = 'DAV:';
export const CALDAV = 'urn:ietf:params:xml:ns:caldav';

/** A calendar client of a user, one request at a time. */
export class DavParty {
  readonly #system: Pick<TestSystem, 'url'>;
  readonly #name: string;

  constructor(system: Pick<TestSystem, 'url'>, name: string) {
    this.#system = system;
    this.#name = name;
  }

  get home(): string {
    return `/dav/calendars/${this.#name}@example.com/`;
  }

  get calendar(): string {
    return `${this.home}conferences/`;
  }

  get inbox(): string {
    return `${this.home}inbox/`;
  }

  async asks(
    method: string,
    path: string,
    { body, ...headers }: Readonly<Record<string, string>> = {},
    octets?: Buffer,
  ): Promise<DavResponse> {
    const asked = send(`${new URL(this.#system.url).origin}${path}`, {
      method,
      headers: { Authorization: basic(this.#name, PASSWORD), ...headers },
      agent: false,
    }).end(octets ?? body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (response.headers['content-type']?.startsWith('application/xml') === true)
      expectValid(text.includes('schedule-response') ? 'caldav' : 'webdav', text);
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  }

  puts(name: string, text: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<DavResponse> {
    return this.asks('PUT', this.calendar + name, { 'Content-Type': 'text/calendar', ...headers }, Buffer.from(text));
  }

  gets(name: string, headers: Readonly<Record<string, string>> = {}): Promise<DavResponse> {
    return this.asks('GET', this.calendar + name, headers);
  }

  /** The responses of a PROPFIND or REPORT. */
  async multi(method: 'PROPFIND' | 'REPORT', path: string, body: string, depth = '1'): Promise<Multistatus> {
    const { status, body: text } = await this.asks(method, path, {
      Depth: depth,
      'Content-Type': 'application/xml',
      body,
    });
    if (status !== 207) throw new Error(`${status}: ${text}`);
    return new Multistatus(parse(text));
  }

  /** Names that changed, with their ETags, and names that are gone since a token, and the next token. */
  async syncs(token = '', collection = this.calendar): Promise<Changes> {
    const changes = await this.syncsOrCompares(token, collection);
    if (changes === undefined) throw new Error('the token is not valid');
    return changes;
  }

  /** Undefined where the token says nothing any more. */
  async syncsOrCompares(token: string, collection = this.calendar): Promise<Changes | undefined> {
    const body =
      `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>` +
      '<D:prop><D:getetag/></D:prop></D:sync-collection>';
    const headers = { Depth: '0', 'Content-Type': 'application/xml' };
    const { status, body: text } = await this.asks('REPORT', collection, { ...headers, body });
    if (status === 403 && text.includes('valid-sync-token')) return undefined;
    if (status !== 207) throw new Error(`${status}: ${text}`);
    const found = new Multistatus(parse(text));
    const named = (href: string): string => decodeURIComponent(href.replace(collection, ''));
    const changed = found.responses.filter((one) => one.status === undefined);
    return {
      changed: changed.map(({ href }) => named(href)),
      etags: new Map(changed.map((one) => [named(one.href), one.found.get('getetag')?.text ?? ''])),
      gone: found.responses.filter((one) => one.status === 404).map(({ href }) => named(href)),
      token: found.token,
    };
  }
}

export interface Changes {
  readonly changed: readonly string[];
  readonly etags: ReadonlyMap<string, string>;
  readonly gone: readonly string[];
  readonly token: string;
}

interface OneResponse {
  readonly href: string;
  /** Of the resource as a whole. */
  readonly status: number | undefined;
  /** The properties that were found, by local name. */
  readonly found: ReadonlyMap<string, XmlElement>;
}

export class Multistatus {
  readonly responses: readonly OneResponse[];
  readonly token: string;

  constructor(element: XmlElement) {
    this.token = element.first(DAV, 'sync-token')?.text ?? '';
    this.responses = element.all(DAV, 'response').map((response) => {
      const stats = response.all(DAV, 'propstat').filter((one) => statusOf(one) === 200);
      const found = stats.flatMap((one) => one.first(DAV, 'prop')?.elements ?? []);
      return {
        href: response.first(DAV, 'href')?.text ?? '',
        status: statusOf(response),
        found: new Map(found.map((one) => [one.local, one])),
      };
    });
  }

  get hrefs(): string[] {
    return this.responses.map(({ href }) => href);
  }

  /** The text of a property of each response that has it. */
  texts(local: string): string[] {
    return this.responses.flatMap(({ found }) => found.get(local)?.text ?? []);
  }
}

function statusOf(element: XmlElement): number | undefined {
  const line = element.first(DAV, 'status')?.text;
  return line === undefined ? undefined : Number(line.split(' ')[1]);
}

/** An iCalendar object with the lines of its events. */
export const calendarText = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//Client//EN',
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

/** What was sent and is not given back: each property, and each component inside an event, as a line. */
export function missing(sent: string, got: string): string[] {
  const [before, after] = [sent, got].map((text) => ICAL.Component.fromString(text.trim()));
  if (before === undefined || after === undefined) return ['everything'];
  const place = (event: ICAL.Component): string => event.getFirstPropertyValue('recurrence-id')?.toString() ?? '';
  const there = new Map(after.getAllSubcomponents('vevent').map((event) => [place(event), linesOf(event)]));
  return [
    ...absent(ownLines(before), ownLines(after)),
    ...before
      .getAllSubcomponents('vevent')
      .flatMap((event) => absent(linesOf(event), there.get(place(event)) ?? [`no ${place(event)}`])),
  ];
}

const absent = (lines: readonly string[], there: readonly string[]): string[] =>
  lines.filter((line) => !there.includes(line));
const ownLines = (component: ICAL.Component): string[] =>
  component.getAllProperties().map((property) => property.toICALString());
const linesOf = (event: ICAL.Component): string[] => [
  ...ownLines(event),
  ...event.getAllSubcomponents().map((one) => one.toString()),
];
