import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Outbound, ResolvedAddress } from '../http/outbound.ts';

/** The receiver did not take a delivery; the message says why, for its owner. */
export class Undelivered extends Error {}

export interface Delivery {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Milliseconds for all of it. */
  readonly time: number;
  /** Ends it early. */
  readonly ended: AbortSignal;
}

/** Sends a body to a URL that somebody named; resolves when it was answered with a 2xx. @throws {Undelivered} */
export async function post(outbound: Outbound, delivery: Delivery): Promise<void> {
  const addresses = await outbound.addressesOf(delivery.url).catch((error: unknown) => {
    throw new Undelivered(messageOf(error));
  });
  const status = await statusOf(delivery, addresses);
  // A redirection would lead where nobody has looked.
  if (status < 200 || status > 299) throw new Undelivered(`answered ${status}`);
}

function statusOf(delivery: Delivery, addresses: readonly ResolvedAddress[]): Promise<number> {
  const { url, headers, body, time, ended } = delivery;
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((answered, failed) => {
    const asked = request(url, { method: 'POST', headers, agent: false, lookup: among(addresses) });
    const cut = (): void => void asked.destroy(new Error(`no answer within ${time} ms`));
    const timer = setTimeout(cut, time);
    ended.addEventListener('abort', cut);
    asked.on('close', () => {
      clearTimeout(timer);
      ended.removeEventListener('abort', cut);
    });
    asked.on('error', (error) => failed(new Undelivered(messageOf(error))));
    asked.on('response', (response) => {
      answered(response.statusCode ?? 0);
      response.on('error', () => undefined).resume();
    });
    asked.end(body);
  });
}

/** What was checked is what is connected to. */
const among =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, { all }, found) => {
    const [first] = addresses;
    if (all === true) found(null, [...addresses]);
    else found(null, first?.address ?? '', first?.family);
  };

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message !== '' ? error.message : error.name) : String(error);
