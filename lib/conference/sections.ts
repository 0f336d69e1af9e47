import type { ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import { CONFERENCE, type ElementDefinition, USER } from '../model/definitions.ts';
import { sipUriOf, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { check, expanded, isEmpty, isModels, ShapeError } from '../model/shape.ts';
import { XmlElement } from '../xml/element.ts';
import { DESCRIPTION_SECTION, FLOOR_SECTION, STATE_SECTION, USERS_SECTION } from './lists.ts';
import { passwordsOf } from './passwords.ts';
import { Refusal } from './refusal.ts';
import { merge } from './update.ts';

const DEFINITIONS = new Map(CONFERENCE.children().map((definition) => [expanded(definition), definition]));
const COUNTED_BY_SERVER = new Set(['user-count', 'active']);

/** The definition of a section; undefined for an element that the model does not know. */
export const sectionDefinition = (key: string): ElementDefinition | undefined => DEFINITIONS.get(key);

const isUser = (child: unknown): boolean => child instanceof XmlElement && child.is(CONFERENCE_INFO, 'user');

/** Merges the children of a `conference-info` of a request into the sections; users are enrolled one by one elsewhere. */
export function mergeSections(edit: ObjectEdit, changes: XmlElement): void {
  const seen = new Set<string>();
  for (const child of changes.elements) {
    const key = expanded(child);
    if (seen.has(key)) throw new Refusal('malformed', `<${child.local}> may stand only once in a conference.`);
    seen.add(key);
    mergeSection(edit, key, child);
  }
}

/** Merges one child of `conference-info`. */
export function mergeSection(edit: ObjectEdit, key: string, change: XmlElement): void {
  const current = edit.now.sections.get(key);
  const definition = sectionDefinition(key);
  if (definition === undefined) {
    if (isModels(change)) throw new ShapeError(`<${change.local}> has no place in a conference`);
    edit.setSection(key, isEmpty(change) ? undefined : Part.of(change));
    return;
  }
  if (key === USERS_SECTION) change = change.withChildren(change.children.filter((child) => !isUser(child)));
  if (key === STATE_SECTION) change = withoutCounts(change);
  const merged = merge(definition, current?.element, change);
  if (merged !== undefined && merged === current?.element) return;
  edit.setSection(key, merged === undefined ? undefined : Part.of(merged));
}

const withoutCounts = (state: XmlElement): XmlElement =>
  state.withChildren(state.elements.filter((child) => !COUNTED_BY_SERVER.has(child.local)));

/**
 * Gives the sections what the server sees to: the SIP URI stands first among the conf-uris for the conference's life,
 * each medium has a status, each floor an algorithm.
 */
export function completeSections(edit: ObjectEdit, domain: string): void {
  const { header, uri } = edit.now;
  rewrite(edit, DESCRIPTION_SECTION, info('conference-description'), (description) => {
    const media = description.first(CONFERENCE_INFO, 'available-media');
    const complete = media === undefined ? description : place(description, withStatuses(media));
    return header.kind === 'blueprint'
      ? complete
      : withSipUri(complete, sipUriOf(header.stands?.series ?? uri, domain));
  });
  rewrite(edit, FLOOR_SECTION, undefined, withAlgorithms);
}

function rewrite(
  edit: ObjectEdit,
  key: string,
  absent: XmlElement | undefined,
  change: (element: XmlElement) => XmlElement,
): void {
  const part = edit.now.sections.get(key);
  const untouched = part === edit.before.sections.get(key);
  const current = part?.element ?? absent;
  if (current === undefined || (untouched && edit.before.version > 0)) return;
  const next = change(current);
  if (next !== part?.element) edit.setSection(key, Part.of(next));
}

/** The element with a child in the place that the model gives it; itself where it stands there. */
function place(parent: XmlElement, child: XmlElement): XmlElement {
  if (parent.children.includes(child)) return parent;
  const at = parent.elements.findIndex((one) => one.is(child.namespace, child.local));
  if (at >= 0) return parent.withChildren(parent.elements.map((one, index) => (index === at ? child : one)));
  const order = (DEFINITIONS.get(expanded(parent))?.children() ?? []).map(expanded);
  const rank = (one: XmlElement): number => (order.indexOf(expanded(one)) + order.length + 1) % (order.length + 1);
  const before = parent.elements.filter((one) => rank(one) < rank(child));
  return parent.withChildren([...before, child, ...parent.elements.filter((one) => rank(one) > rank(child))]);
}

function withStatuses(media: XmlElement): XmlElement {
  const lacksStatus = (entry: XmlElement): boolean =>
    entry.is(CONFERENCE_INFO, 'entry') && entry.first(CONFERENCE_INFO, 'status') === undefined;
  if (!media.elements.some(lacksStatus)) return media;
  return media.withChildren(
    media.elements.map((entry) => {
      if (!lacksStatus(entry)) return entry;
      const at = entry.elements.findIndex((child) => child.is(CONFERENCE_INFO, 'type')) + 1;
      const status = info('status', {}, ['sendrecv']);
      return entry.withChildren([...entry.elements.slice(0, at), status, ...entry.elements.slice(at)]);
    }),
  );
}

function withSipUri(description: XmlElement, sipUri: string): XmlElement {
  const uris = description.first(CONFERENCE_INFO, 'conf-uris') ?? info('conf-uris');
  const isOurs = (entry: XmlElement): boolean => entry.first(CONFERENCE_INFO, 'uri')?.text === sipUri;
  const [first] = uris.elements;
  if (first !== undefined && isOurs(first)) return description;
  const ours =
    uris.elements.find(isOurs) ??
    info('entry', {}, [info('uri', {}, [sipUri]), info('purpose', {}, ['participation'])]);
  return place(description, uris.withChildren([ours, ...uris.elements.filter((entry) => entry !== ours)]));
}

const withAlgorithms = (floors: XmlElement): XmlElement =>
  mapAll(floors, (element) => {
    if (!element.is(XCON, 'floor') || element.first(XCON, 'algorithm') !== undefined) return element;
    const at = element.elements.filter((child) => child.local === 'media-label').length;
    return element.withChildren([
      ...element.elements.slice(0, at),
      xcon('algorithm', {}, ['FCFS']),
      ...element.elements.slice(at),
    ]);
  });

function mapAll(element: XmlElement, change: (element: XmlElement) => XmlElement): XmlElement {
  const children = element.children.map((child) => (child instanceof XmlElement ? mapAll(child, change) : child));
  return change(
    children.every((child, index) => child === element.children[index]) ? element : element.withChildren(children),
  );
}

/**
 * Checks what an edit touched against the whole model: the touched parts by their definitions, and the rules that join
 * parts. What was not touched was valid before and is not looked at.
 * @throws {ShapeError, Refusal}
 */
export function checkEdit(edit: ObjectEdit): void {
  let floors = false;
  for (const { kind, key } of edit.touched) {
    if (kind === 'user') {
      const record = edit.now.users.get(key as XconUserId);
      const before = edit.before.users.get(key as XconUserId)?.part.element;
      if (record !== undefined) check(USER, record.part.element, before);
    } else if (kind === 'section') {
      const part = edit.now.sections.get(key);
      const definition = sectionDefinition(key);
      const before = edit.before.sections.get(key)?.element;
      if (part !== undefined && definition !== undefined) check(definition, part.element, before);
      floors ||= key === FLOOR_SECTION || key === DESCRIPTION_SECTION;
    }
  }
  if (floors) checkFloors(edit.now);
  if (edit.now.header.kind === 'blueprint' && passwordsOf(edit.now).length > 0) {
    throw new Refusal('malformed', 'A blueprint holds no conference-password: let each conference get its own.');
  }
  if (edit.before.counts.organizers > 0 && edit.now.counts.organizers === 0) {
    throw new Refusal(
      'conflict',
      'A conference needs an organizer or administrator: give somebody else the role first.',
    );
  }
}

/** RFC 6501 §4.5.4: floors are for media that are there, and one with a moderator names her. */
function checkFloors(object: ConferenceObject): void {
  const policy = object.sections.get(FLOOR_SECTION)?.element.first(XCON, 'conference-floor-policy');
  if (policy === undefined) return;
  const media = object.sections.get(DESCRIPTION_SECTION)?.element.first(CONFERENCE_INFO, 'available-media');
  const labels = new Set(media?.elements.map((entry) => entry.attribute('label')?.trim()));
  for (const floor of policy.all(XCON, 'floor')) {
    const id = floor.attribute('id') ?? '';
    if (floor.all(XCON, 'media-label').some((label) => !labels.has(label.text.trim()))) {
      throw new Refusal('conflict', `Floor ${id} has a media-label that no entry of available-media has.`);
    }
    const algorithm = floor.first(XCON, 'algorithm')?.text.trim();
    if (algorithm === 'moderator-controlled' && floor.first(XCON, 'moderator-id') === undefined) {
      throw new Refusal('conflict', `Floor ${id} is moderator-controlled, so it needs a moderator-id.`);
    }
  }
}
