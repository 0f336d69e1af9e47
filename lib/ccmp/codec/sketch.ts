import { MESSAGE_NAMES, messageType, OPERATIONS, schemaType } from './messages.ts';
import type { CcmpRequest } from './request.ts';

/** The common parameters stand at the beginning, so many bytes. */
const BEGINNING = 4_096;
const TYPE = new RegExp(`(${MESSAGE_NAMES.map((name) => schemaType(name, 'Request')).join('|')})`);
const patternOf = (name: string): RegExp => new RegExp(`<(?:[\\w.-]+:)?${name}\\s*>([^<&]*)<`);
/** What XML has no place for, or identifiers have not. */
const UNSAYABLE = /[\p{Cc}\p{Cs}\p{Cn}]/u;
const USER = patternOf('confUserID');
const OBJECT = patternOf('confObjID');
const OPERATION = patternOf('operation');
const EXTENSION = patternOf('extensionName');

/**
 * What an answer repeats of its request, as far as it can be told without reading it: for requests that there is no time
 * to read.
 */
export function sketch(body: Buffer): CcmpRequest {
  const text = body.toString('utf8', 0, BEGINNING);
  const valueOf = (pattern: RegExp): string | undefined => {
    const value = pattern.exec(text)?.[1]?.trim() ?? '';
    return value === '' || UNSAYABLE.test(value) ? undefined : value;
  };
  const declared = valueOf(TYPE);
  const type = MESSAGE_NAMES.find((name) => schemaType(name, 'Request') === declared) ?? 'conf';
  const { object, operation } = messageType(type);
  const named = valueOf(OPERATION);
  return {
    type,
    confUserID: valueOf(USER),
    confObjID: object ? valueOf(OBJECT) : undefined,
    operation: operation ? OPERATIONS.find((one) => one === named) : undefined,
    extensionName: type === 'extended' ? valueOf(EXTENSION) : undefined,
  };
}
