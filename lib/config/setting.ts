import { isDomain } from '../directory/login.ts';
import { parseAddress, type SocketAddress } from '../http/address.ts';
import { networksOf } from '../http/forwarded.ts';

/** What one writes for a value: JSON in a file, text in the environment and on the command line. */
export type Written = string | number | boolean | readonly string[];

/** A setting: what it does, what it is without being set, and how its value is read and checked. */
export interface Setting<Value> {
  /** The type and unit as the documentation shows them. */
  readonly type: string;
  /** As one would write it; undefined where the administrator must choose. */
  readonly default: Written | undefined;
  readonly description: string;
  /** @throws {Error} what is wrong with it */
  read(raw: unknown): Value;
}

export function text(description: string, options: { default: string; type?: string }): Setting<string> {
  return { type: options.type ?? 'text', default: options.default, description, read: readText };
}

export const domain = (description: string): Setting<string> => ({
  type: 'domain',
  default: undefined,
  description,
  read: readDomain,
});

/** A JSON array, or its entries with commas between them. */
export function list(
  description: string,
  options: { default: readonly string[]; of: string; entry: (raw: unknown) => string },
): Setting<readonly string[]> {
  return {
    type: `list of ${options.of}`,
    default: options.default,
    description,
    read(raw) {
      const entries: unknown = typeof raw === 'string' ? raw.split(',').map((entry) => entry.trim()) : raw;
      if (!Array.isArray(entries)) throw new Error(`${show(raw)} is not a list`);
      return entries.filter((entry) => entry !== '').map(options.entry);
    },
  };
}

export interface IntegerOptions {
  readonly default: number;
  readonly unit: string;
  readonly min: number;
  readonly max?: number;
}

export function integer(description: string, options: IntegerOptions): Setting<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  return {
    type: `integer, ${options.unit}`,
    default: options.default,
    description,
    read(raw) {
      const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? Number(raw) : raw;
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        throw new Error(`${show(raw)} is not a whole number`);
      if (value < min) throw new Error(`${value} is less than ${min}`);
      if (value > max) throw new Error(`${value} is more than ${max}`);
      return value;
    },
  };
}

export function choice(description: string, options: { default: string; of: readonly string[] }): Setting<string> {
  return {
    type: options.of.join(', '),
    default: options.default,
    description,
    read(raw) {
      const value = options.of.find((one) => one === raw);
      if (value === undefined) throw new Error(`${show(raw)} is none of ${options.of.join(', ')}`);
      return value;
    },
  };
}

export function path(description: string, options: { default: string }): Setting<string> {
  return {
    type: 'path',
    default: options.default,
    description,
    read(raw) {
      if (typeof raw !== 'string' || !/^\/[^\s?#]*$/.test(raw))
        throw new Error(`${show(raw)} is not a path like /ccmp`);
      return raw;
    },
  };
}

export function address(description: string, options: { default: string }): Setting<SocketAddress> {
  return {
    type: 'address:port',
    default: options.default,
    description,
    read: (raw) => parseAddress(String(raw)),
  };
}

/** An address that may stay empty: then nothing is served there. */
export function optionalAddress(description: string): Setting<SocketAddress | undefined> {
  return {
    type: 'address:port',
    default: '',
    description,
    read: (raw) => (raw === '' ? undefined : parseAddress(String(raw))),
  };
}

/** An http or https URL that may stay empty. */
export function optionalUrl(description: string): Setting<string | undefined> {
  return {
    type: 'URL',
    default: '',
    description,
    read(raw) {
      if (raw === '') return undefined;
      const text = readText(raw);
      if (!/^https?:/i.test(text) || !URL.canParse(text)) throw new Error(`${show(raw)} is not an http or https URL`);
      return new URL(text).href;
    },
  };
}

/** A text, named by its type, that may stay empty. */
export function optionalText(description: string, options: { type: string }): Setting<string | undefined> {
  return {
    type: options.type,
    default: '',
    description,
    read: (raw) => (raw === '' ? undefined : readText(raw)),
  };
}

export function readText(raw: unknown): string {
  if (typeof raw !== 'string' || raw === '') throw new Error(`${show(raw)} is not a text`);
  return raw;
}

export function readDomain(raw: unknown): string {
  const domain = readText(raw).toLowerCase();
  if (!isDomain(domain)) throw new Error(`${show(raw)} is not a domain like example.com`);
  return domain;
}

/** An origin of pages: scheme, host and port, without a path. */
export function readOrigin(raw: unknown): string {
  const text = readText(raw);
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw new Error(`${show(raw)} is not like https://example.com`);
  return text;
}

/** An IP address, or a network as 10.0.0.0/8. */
export function readNetwork(raw: unknown): string {
  const network = readText(raw);
  networksOf([network]);
  return network;
}

const show = (raw: unknown): string => (raw === undefined ? 'nothing' : JSON.stringify(raw));
