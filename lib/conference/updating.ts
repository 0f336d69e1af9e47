import { ObjectEdit } from '../model/conference-object.ts';
import { USER } from '../model/definitions.ts';
import { parseXconUri, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { timesAsked } from './child-times.ts';
import { highestNumber, isGenerated, Placeholders } from './auto-generate.ts';
import type { Work } from './control-parts.ts';
import { enrolTargets, userIdFor } from './enrolment.ts';
import { DESCRIPTION_SECTION, FLOOR_SECTION, USERS_SECTION } from './lists.ts';
import { findUser, withChild } from './people.ts';
import { Refusal } from './refusal.ts';
import { matchMedia, readRequest, type RequestDocument } from './request-document.ts';
import { type Actor, refusedChange } from './rights.ts';
import { type AskedUser, mergeUsers } from './roster.ts';
import { checkEdit, mergeSection, mergeSections, sectionDefinition } from './sections.ts';
import type { Standing } from './standing.ts';
import { settleMutes } from './muting.ts';
import { isUnseen, knownUser } from './target-user.ts';

/** confRequest/update and blueprintRequest/update: the changes that a `conference-info` holds (RFC 6503 §5.3.4). */
export function updateConference(work: Work, raw: XmlElement): void {
  const { edit, people } = work;
  const entity = raw.attribute('entity');
  if (entity !== undefined && !isGenerated(entity) && parseXconUri(entity) !== edit.before.uri) {
    throw new Refusal('conflict', 'The entity of the confInfo is not that of the conference in confObjID.');
  }
  refuseSidebars(raw);
  const changes = withTimes(work, raw);
  const placeholders = new Placeholders((domain) => people.servesDomain(domain));
  placeholders.assign(entity ?? '', edit.before.uri.slice('xcon:'.length).replace(/@.*$/, ''));
  matchMedia(changes, edit.now.sections.get(DESCRIPTION_SECTION)?.element, placeholders);
  const request = readRequest(changes, placeholders, () => highestIn(edit, changes));
  mergeSections(edit, request.element);
  apply(work, request);
}

/** usersRequest/update: the changes that a `users` holds (RFC 6503 §5.3.5). */
export function updateRoster(work: Work, raw: XmlElement): void {
  const placeholders = new Placeholders((domain) => work.people.servesDomain(domain));
  const request = readRequest(raw, placeholders, () => highestIn(work.edit, raw));
  mergeSection(work.edit, USERS_SECTION, request.element);
  apply(work, request);
}

function apply(work: Work, request: RequestDocument): void {
  const { edit, identities, people, standing } = work;
  const unseen = new Map<AskedUser, XconUserId>();
  for (const asked of request.users) {
    const key = userIdFor(edit.now, asked.element, identities, asked.generated);
    refuseUnknown(edit, standing, key, asked);
    if (key !== undefined && isUnseen(edit.now, standing, key, asked.element)) unseen.set(asked, key);
  }
  if (unseen.size > 0) rehearse(work, unseen);
  const seen = request.users.filter((asked) => !unseen.has(asked));
  mergeUsers(edit, seen, identities, people.domain);
  authorise(edit, actorOf(work), standing.self);
  settleMutes(work);
  enrolTargets(edit, identities, people.domain);
}

const actorOf = ({ call: { caller }, standing }: Work): Actor => ({
  level: standing.level ?? 'invited',
  systemAdministrator: caller.kind === 'user' && caller.principal.systemAdministrator,
});

/**
 * A moderator names users whom he sees without a name, or not at all. What would refuse the change if they were not there
 * refuses it; else they stay as they are, and nothing tells him that they are there.
 */
function rehearse(work: Work, unseen: ReadonlyMap<AskedUser, XconUserId>): void {
  const without = new ObjectEdit(work.edit.now);
  for (const key of unseen.values()) without.setUser(key, undefined);
  const stage = new ObjectEdit(without.now);
  mergeUsers(stage, [...unseen.keys()], work.identities, work.people.domain);
  authorise(stage, actorOf(work), work.standing.self);
  checkEdit(stage);
}

/**
 * Only moderators add users. For others somebody whom they do not see is refused like somebody who is not there, before
 * anything is compared: whether a change would change her tells that she is there.
 */
function refuseUnknown(edit: ObjectEdit, standing: Standing, key: XconUserId | undefined, asked: AskedUser): void {
  const { level, self } = standing;
  if (level === 'moderator' || level === 'organizer' || (key !== undefined && key === self)) return;
  const entity = parseXconUserId(asked.element.attribute('entity') ?? '');
  if (key === undefined || entity === undefined || knownUser(edit.now, standing, entity) !== key)
    throw new Refusal('not-allowed', 'You may not change <user> of this conference.');
}

/** Asks for the rights that the touched parts need. @throws {Refusal} not-allowed, protected */
export function authorise(edit: ObjectEdit, actor: Actor, self: XconUserId | undefined): void {
  for (const { kind, key } of edit.touched) {
    const refused =
      kind === 'user' ? userRefused(edit, key as XconUserId, actor, self) : sectionRefused(edit, key, actor);
    if (refused === undefined) continue;
    if (refused.why === 'protected') {
      throw new Refusal('protected', `<${refused.element}> is set by the object that this one was made from.`);
    }
    throw new Refusal('not-allowed', `You may not change <${refused.element}> of this conference.`);
  }
}

function userRefused(edit: ObjectEdit, key: XconUserId, actor: Actor, self: XconUserId | undefined) {
  const [before, after] = [edit.before.users.get(key)?.part.element, edit.now.users.get(key)?.part.element];
  return refusedChange(USER, before, after, actor, key === self);
}

function sectionRefused(edit: ObjectEdit, key: string, actor: Actor) {
  const [before, after] = [edit.before.sections.get(key)?.element, edit.now.sections.get(key)?.element];
  const definition = sectionDefinition(key);
  if (definition !== undefined) return refusedChange(definition, before, after, actor);
  return actor.level === 'organizer'
    ? undefined
    : { why: 'not-allowed' as const, element: (after ?? before)?.local ?? key };
}

/** Sidebars are objects of their own, made and changed by their own requests. */
export function refuseSidebars(raw: XmlElement): void {
  const sidebars = raw.elements.find(
    (child) => child.namespace === CONFERENCE_INFO && child.local.startsWith('sidebars-by-'),
  );
  if (sidebars !== undefined && sidebars.elements.length > 0) {
    throw new Refusal('conflict', 'Sidebars are not changed through the conference that they belong to.');
  }
}

/** The highest number among the labels and ids with which those of a request must not be mixed up. */
function highestIn(edit: ObjectEdit, raw: XmlElement): number {
  const users = raw.is(CONFERENCE_INFO, 'users') ? [raw] : raw.all(CONFERENCE_INFO, 'users');
  const named = users
    .flatMap((element) => element.all(CONFERENCE_INFO, 'user'))
    .map((user) => findUser(edit.now, user.attribute('entity') ?? ''))
    .map((key) => key && edit.now.users.get(key)?.part.element);
  const sections = [DESCRIPTION_SECTION, FLOOR_SECTION].map((key) => edit.now.sections.get(key)?.element);
  return Math.max(0, ...[raw, ...sections, ...named].map(highestNumber));
}

/** The times of a request as they are to be: a child tells of its own occurrences, and offsets move with DTSTART. */
function withTimes({ edit, rules }: Work, raw: XmlElement): XmlElement {
  const description = raw.first(CONFERENCE_INFO, 'conference-description');
  const asked = description?.first(XCON, 'conference-time');
  if (description === undefined || asked === undefined || edit.now.header.kind !== 'conference') return raw;
  const times = timesAsked(edit, asked, rules);
  if (times === asked) return raw;
  const children = description.children.map((child) => (child === asked ? times : child));
  return withChild(raw, 'conference-description', description.withChildren(children));
}
