import { createSocket, type Socket } from 'node:dgram';

const TYPES = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;

export interface DnsRecord {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly ttl: number;
  readonly data: Buffer;
}

const uint16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const text = (value: string) => Buffer.from([value.length, ...Buffer.from(value)]);
const domain = (name: string) => Buffer.concat([...name.split('.').map(text), Buffer.alloc(1)]);

export const record = {
  a: (name: string, ttl: number, ...octets: number[]): DnsRecord => ({
    name,
    type: 'A',
    ttl,
    data: Buffer.from(octets),
  }),
  aaaa: (name: string, ttl: number, hex: string): DnsRecord => ({
    name,
    type: 'AAAA',
    ttl,
    data: Buffer.from(hex, 'hex'),
  }),
  srv: (name: string, priority: number, weight: number, port: number, target: string): DnsRecord => ({
    name,
    type: 'SRV',
    ttl: 60,
    data: Buffer.concat([uint16(priority, weight, port), domain(target)]),
  }),
  naptr: (name: string, order: number, preference: number, service: string, replacement: string): DnsRecord => ({
    name,
    type: 'NAPTR',
    ttl: 60,
    data: Buffer.concat([uint16(order, preference), text('s'), text(service), text(''), domain(replacement)]),
  }),
};

/** A name server (RFC 1035) on a port of its own that knows some records. Names under `broken.` it can't answer. */
export class NameServer {
  readonly #socket: Socket = createSocket('udp4');
  readonly #records: readonly DnsRecord[];

  constructor(records: readonly DnsRecord[]) {
    this.#records = records;
    this.#socket.on('message', (query, { port, address }) => this.#socket.send(this.#answer(query), port, address));
  }

  async start(): Promise<string> {
    await new Promise<void>((bound) => this.#socket.bind(0, '127.0.0.1', bound));
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const name = labels.join('.').toLowerCase();
    const type = query.readUInt16BE(at + 1);
    const found = this.#records.filter((one) => one.name === name && TYPES[one.type] === type);
    const isKnown = this.#records.some((one) => one.name === name);
    // Answer, recursion available; SERVFAIL, NXDOMAIN or none of these.
    const code = name.startsWith('broken.') ? 2 : isKnown ? 0 : 3;
    return Buffer.concat([
      query.subarray(0, 2),
      uint16(0x8180 | code, 1, found.length, 0, 0),
      query.subarray(12, at + 5),
      ...found.flatMap(({ ttl, data }) => [uint16(0xc00c, type, 1, 0, ttl, data.length), data]),
    ]);
  }
}
