import { CONFERENCE, USERS } from '../model/definitions.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { info } from '../model/names.ts';
import { expanded } from '../model/shape.ts';
import type { XmlElement } from '../xml/element.ts';
import { DESCRIPTION_SECTION, STATE_SECTION, USERS_SECTION } from './lists.ts';
import type { Pausing } from './slices.ts';
import { textsOf } from './summaries.ts';
import { hidesAttendees, type Reader, seenState, userElement } from './views.ts';
import { seenBy } from './visibility.ts';

/** Asked for each part before it is made; true when it is time to pause. */
export type Charge = () => boolean;

/** `conference-info` as an element, as its reader may see it; as lists show it to whom it is closed. */
export function* seenDocument(
  object: ConferenceObject,
  reader: Reader | undefined,
  charge: Charge,
): Pausing<XmlElement> {
  const root = info('conference-info', { entity: object.uri });
  if (charge()) yield;
  if (reader === undefined) return root.withChildren([listedDescription(object)]);
  const children: XmlElement[] = [];
  const rest = object.sections.asMutable();
  for (const definition of CONFERENCE.children()) {
    if (charge()) yield;
    const key = expanded(definition);
    rest.delete(key);
    if (key === USERS_SECTION) children.push(...(yield* seenUsers(object, reader, charge)));
    else if (key === STATE_SECTION) children.push(...seenState(object, reader));
    else {
      const part = object.sections.get(key);
      const seen = part && seenBy(reader.level, definition, part.element);
      if (seen !== undefined) children.push(seen);
    }
  }
  for (const part of rest.values()) children.push(part.element);
  return root.withAttributes([...root.attributes, ...(object.header.attributes ?? [])]).withChildren(children);
}

function* seenUsers(object: ConferenceObject, reader: Reader, charge: Charge): Pausing<XmlElement[]> {
  const hides = hidesAttendees(object);
  const users: XmlElement[] = [];
  for (const [key, record] of object.users) {
    if (charge()) yield;
    const seen = userElement(object, key, record, reader, hides);
    if (seen !== undefined) users.push(seen);
  }
  const part = object.sections.get(USERS_SECTION);
  if (part === undefined && users.length === 0) return [];
  const settings = part && seenBy(reader.level, USERS, part.element);
  return [(part?.element ?? info('users')).withChildren([...users, ...(settings?.elements ?? [])])];
}

function listedDescription(object: ConferenceObject): XmlElement {
  const { displayText, purpose } = textsOf(object.sections.get(DESCRIPTION_SECTION));
  return info('conference-description', {}, [
    ...(displayText === undefined ? [] : [info('display-text', {}, [displayText])]),
    ...(purpose === undefined ? [] : [info('free-text', {}, [purpose])]),
  ]);
}
