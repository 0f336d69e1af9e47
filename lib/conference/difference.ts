import { CONFERENCE, type ElementDefinition, type Key } from '../model/definitions.ts';
import type { PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, PREFIXES, XCON } from '../model/names.ts';
import { expanded } from '../model/shape.ts';
import { XmlElement } from '../xml/element.ts';
import { diff, diffChild, type DiffOptions, type KeySpec } from '../xml/patch.ts';
import { USERS_SECTION } from './lists.ts';
import { sectionNames, shownSection, shownSettings, shownUser, type Sight } from './sight.ts';
import { hidesAttendees } from './views.ts';

/** What tells elements of a name apart, wherever the model has them in a keyed list. */
const KEYS = new Map<string, KeySpec[]>();

function collect(definition: ElementDefinition): void {
  const name = expanded(definition);
  const { key } = definition;
  if (key !== undefined) KEYS.set(name, [...(KEYS.get(name) ?? []), specOf(key)]);
  // A sidebar holds what its main conference holds.
  if (definition.local !== 'sidebars-by-val') for (const child of definition.children()) collect(child);
}

const specOf = (key: Key): KeySpec =>
  'attribute' in key ? key : { child: { namespace: CONFERENCE_INFO, local: key.child } };

collect(CONFERENCE);

const holds = (element: XmlElement, spec: KeySpec): boolean =>
  'attribute' in spec
    ? element.attribute(spec.attribute) !== undefined
    : element.first(spec.child.namespace, spec.child.local) !== undefined;

/** How operations on conference documents name what they change (RFC 6502 §5.4). */
const OPTIONS: DiffOptions = {
  namespace: XCON,
  prefixes: PREFIXES,
  keyOf: (element) => KEYS.get(expanded(element))?.find((spec) => holds(element, spec)),
};

const ROOT = 'info:conference-info';
const USERS = `${ROOT}/info:users`;

/**
 * The operations (RFC 5261) that turn what somebody was shown of a conference into what he is shown now, in the
 * prefixes of `PREFIXES`; none when he is shown the same. `touched` are the parts that changed between the two, at
 * least. Undefined when too much looks different to him: then he needs the whole document.
 */
export function difference(before: Sight, after: Sight, touched: readonly PartName[]): XmlElement[] | undefined {
  if (before.reader.level !== after.reader.level || before.reader.self !== after.reader.self) return undefined;
  if (hidesAttendees(before.object) !== hidesAttendees(after.object)) return undefined;
  if (before.object.users.isEmpty() !== after.object.users.isEmpty()) return undefined;
  return [...attributeChanges(before, after), ...sectionChanges(before, after), ...userChanges(before, after, touched)];
}

/** Attributes of foreign namespaces on `conference-info`. */
function attributeChanges(before: Sight, after: Sight): XmlElement[] {
  const root = (sight: Sight): XmlElement =>
    info('conference-info').withAttributes(sight.object.header.attributes ?? []);
  return before.object.header.attributes === after.object.header.attributes
    ? []
    : diff(root(before), root(after), OPTIONS);
}

/** All sections but `users`, in their order. */
function sectionChanges(before: Sight, after: Sight): XmlElement[] {
  const operations: XmlElement[] = [];
  let follows: XmlElement | undefined;
  for (const name of sectionNames(before, after)) {
    if (name === USERS_SECTION) {
      follows = after.object.users.isEmpty() && !after.object.sections.has(name) ? follows : info('users');
      continue;
    }
    const [old, now] = [shownSection(before, name), shownSection(after, name)];
    operations.push(...changeOf(ROOT, old, now, follows));
    follows = now ?? follows;
  }
  return operations;
}

function userChanges(before: Sight, after: Sight, touched: readonly PartName[]): XmlElement[] {
  const operations: XmlElement[] = [];
  const added = new Set<XconUserId>();
  const users = usersIn(touched);
  const moved = whoMoved(before, after, users);
  for (const key of users) {
    const [old, now] = [shownUser(before, key), shownUser(after, key)];
    const isMoved = old !== undefined && now !== undefined && moved.has(key);
    if (isMoved || (old === undefined && now !== undefined)) added.add(key);
    if (old !== undefined) operations.push(...diffChild(USERS, old, isMoved ? undefined : now, OPTIONS));
  }
  let last: XmlElement | undefined;
  for (const key of fromLastBefore(after, added)) {
    const shown = shownUser(after, key);
    if (shown !== undefined && added.has(key)) operations.push(...changeOf(USERS, undefined, shown, last));
    last = shown ?? last;
  }
  return [...operations, ...settingChanges(before, after, last)];
}

/** Who went and came back stands behind everybody who stayed. */
function whoMoved(before: Sight, after: Sight, touched: ReadonlySet<XconUserId>): ReadonlySet<XconUserId> {
  const now = new Set(lastOf(after, touched).filter((key) => before.object.users.has(key)));
  const then = lastOf(before, touched).filter((key) => now.has(key));
  return [...now].join(' ') === then.join(' ') ? new Set() : now;
}

/** The last users, as far as all of them are among those given, in their order. */
function lastOf({ object }: Sight, some: ReadonlySet<XconUserId>): XconUserId[] {
  const last = object.users
    .keySeq()
    .reverse()
    .takeWhile((key) => some.has(key));
  return [...last].reverse();
}

/** The users among some parts, each once. */
export const usersIn = (parts: readonly PartName[]): ReadonlySet<XconUserId> =>
  new Set(parts.flatMap(({ kind, key }) => (kind === 'user' ? [key as XconUserId] : [])));

/** The users from the last one shown before the first of those added, in their order. */
function fromLastBefore(sight: Sight, added: ReadonlySet<XconUserId>): XconUserId[] {
  const tail: XconUserId[] = [];
  let missing = added.size;
  for (const key of sight.object.users.keySeq().reverse()) {
    tail.push(key);
    if (added.has(key)) missing -= 1;
    else if (missing === 0 && shownUser(sight, key) !== undefined) break;
  }
  return tail.reverse();
}

/** What stands behind the users: the last of these is there to say so. */
function settingChanges(before: Sight, after: Sight, last: XmlElement | undefined): XmlElement[] {
  const [old, now] = [before, after].map((sight) => {
    const settings = shownSettings(sight) ?? info('users');
    return settings.withChildren([...(last === undefined ? [] : [last]), ...settings.elements]);
  });
  return before.object.sections.get(USERS_SECTION) === after.object.sections.get(USERS_SECTION)
    ? []
    : diffChild(ROOT, old, now, OPTIONS);
}

/** A child that is new comes behind `follows`, or first where there is none. */
function changeOf(
  parent: string,
  before: XmlElement | undefined,
  after: XmlElement | undefined,
  follows: XmlElement | undefined,
): XmlElement[] {
  if (before !== undefined || after === undefined || follows !== undefined) {
    return diffChild(parent, before, after, OPTIONS, follows && { follows });
  }
  const directives = [
    { namespace: '', local: 'sel', value: parent },
    { namespace: '', local: 'pos', value: 'prepend' },
  ];
  return [new XmlElement(XCON, 'add', directives, [after])];
}
