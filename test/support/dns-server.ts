import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface NaptrData {
  readonly order?: number;
  readonly preference?: number;
  readonly flags?: string;
  readonly service?: string;
  readonly regexp?: string;
  readonly replacement?: string;
}

/** What a name has: records, no such name, a refusal, or bytes behind the header that are no answer. */
export type Zone = ReadonlyMap<string, readonly NaptrData[] | 'refused' | Buffer>;

const NAPTR = 35;
const RCODE = { ok: 0, noSuchName: 3, refused: 5 } as const;

/** A DNS server on a free UDP port of this machine that knows NAPTR records alone (RFC 1035, RFC 3403). */
export class DnsServer {
  readonly asked: string[] = [];
  readonly #socket: Socket = createSocket('udp4');
  zone: Zone = new Map();

  static async start(): Promise<DnsServer> {
    const server = new DnsServer();
    server.#socket.on('message', (query, { port, address }) => {
      server.#socket.send(server.#answer(query), port, address);
    });
    server.#socket.bind(0, '127.0.0.1');
    await once(server.#socket, 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const { name, end } = readName(query);
    this.asked.push(name);
    const question = query.subarray(12, end + 4);
    const found = this.zone.get(name) ?? 'none';
    if (found === 'none') return Buffer.concat([header(query, RCODE.noSuchName, 0), question]);
    if (found === 'refused') return Buffer.concat([header(query, RCODE.refused, 0), question]);
    if (Buffer.isBuffer(found)) return Buffer.concat([header(query, RCODE.ok, 1), question, found]);
    return Buffer.concat([header(query, RCODE.ok, found.length), question, ...found.map(record)]);
  }
}

function header(query: Buffer, code: number, answers: number): Buffer {
  const bytes = Buffer.alloc(12);
  query.copy(bytes, 0, 0, 2);
  bytes.writeUInt16BE(0x8580 | code, 2); // an authoritative response, recursion available
  bytes.writeUInt16BE(1, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function record({
  order = 100,
  preference = 10,
  flags = '',
  service = 'XCON-CCMP',
  regexp = '',
  replacement = '',
}: NaptrData): Buffer {
  const numbers = Buffer.alloc(4);
  numbers.writeUInt16BE(order, 0);
  numbers.writeUInt16BE(preference, 2);
  const data = Buffer.concat([numbers, text(flags), text(service), text(regexp), domainName(replacement)]);
  const head = Buffer.from([0xc0, 12, 0, NAPTR, 0, 1, 0, 0, 0, 60, 0, 0]); // the name of the question, for a minute
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
const domainName = (name: string): Buffer =>
  Buffer.concat([...name.split('.').filter(Boolean).map(text), Buffer.from([0])]);
