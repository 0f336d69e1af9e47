import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { Attempts } from '../directory/attempts.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO, POLICY, XCON, xcon } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Call } from './calls.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';

const remembered = new WeakMap<Part, readonly string[]>();
const NONE: readonly string[] = [];

/** The passwords of a conference; any of them opens it (RFC 6501 §4.2.6). */
export function passwordsOf(object: ConferenceObject): readonly string[] {
  const part = object.sections.get(DESCRIPTION_SECTION);
  if (part === undefined) return NONE;
  let passwords = remembered.get(part);
  if (passwords === undefined) remembered.set(part, (passwords = read(part.element)));
  return passwords;
}

const read = (description: XmlElement): readonly string[] =>
  (description.first(CONFERENCE_INFO, 'conf-uris')?.elements ?? [])
    .flatMap((entry) => entry.all(XCON, 'conference-password'))
    .map((password) => password.text.trim());

/** Organizers and moderators need none. */
export const needsPassword = (object: ConferenceObject, { level }: Standing): boolean =>
  level !== 'organizer' && level !== 'moderator' && passwordsOf(object).length > 0;

/**
 * Lets pass who knows a conference password or needs none: organizers and moderators.
 * @throws {Refusal} conference-password-required, or wrong-conference-password also while attempts are held back.
 */
export function checkPassword(object: ConferenceObject, call: Call, standing: Standing, attempts: Attempts): void {
  if (!needsPassword(object, standing)) return;
  const passwords = passwordsOf(object);
  if (call.password === undefined) {
    throw new Refusal('conference-password-required', 'This conference is protected: send its conference-password.');
  }
  const subject = `${object.uri} ${call.caller.kind === 'user' ? call.caller.principal.userId : call.caller.kind}`;
  const verdict = attempts.check(subject, call.source);
  if (!verdict.allowed) {
    throw new Refusal('wrong-conference-password', `Too many wrong passwords: try again in ${verdict.retryAfter} s.`);
  }
  const given = digest(call.password.trim());
  if (passwords.some((password) => timingSafeEqual(digest(password), given))) attempts.succeeded(subject, call.source);
  else {
    attempts.failed(subject, call.source);
    throw new Refusal('wrong-conference-password', 'The conference-password is wrong.');
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A policy of blueprints: each conference made from it gets a password of its own. */
export const generatesPassword = (description: XmlElement): boolean =>
  description.attribute('conference-password', POLICY) === 'generate';

/** Digits only, so that it can be keyed in on a telephone. */
export function generatePassword(digits: number): XmlElement {
  return xcon('conference-password', {}, [Array.from({ length: digits }, () => String(randomInt(10))).join('')]);
}
