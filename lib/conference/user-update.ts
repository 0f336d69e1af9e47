import { USER } from '../model/definitions.ts';
import type { ObjectEdit } from '../model/conference-object.ts';
import { parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { endpointsOf, isPresent } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { admit } from './admission.ts';
import { highestNumber, Placeholders } from './auto-generate.ts';
import type { Work } from './control-parts.ts';
import { enrol } from './enrolment.ts';
import { room } from './joining.ts';
import { withoutEndpoints } from './occurrence.ts';
import { withChild } from './people.ts';
import { Refusal } from './refusal.ts';
import { refusedChange } from './rights.ts';
import { aorsOfDirectory, sameAors, settleEndpoints } from './roster.ts';
import { hasCalls, mutingOf, withMutes } from './muting.ts';
import { noSuchUser, targetUser } from './target-user.ts';
import { unmasked } from './unmask.ts';
import { merge } from './update.ts';

/** userRequest/update: of oneself or of another, each element by the right that it asks for. */
export function updateOwnOrOther(work: Work, raw: XmlElement): void {
  const { call, edit, identities, standing } = work;
  const key = targetUser(edit.now, standing, parseXconUserId(raw.attribute('entity') ?? ''));
  const old = edit.now.users.get(key);
  if (old === undefined) throw noSuchUser();
  const isSelf = key === standing.self;
  const asked = replacedForUpdate(work, unmasked(raw, old), old.part.element).withAttribute('entity', key);
  const merged = merge(USER, old.part.element, asked) ?? old.part.element;
  if (identities.of(key) !== undefined && !sameAors(old.part.element, merged)) throw aorsOfDirectory();
  const systemAdministrator = call.caller.kind === 'user' && call.caller.principal.systemAdministrator;
  const known = new Set(endpointsOf(old.part.element).map((one) => one.attribute('entity')));
  const fresh = endpointsOf(merged).some((one) => !known.has(one.attribute('entity')));
  const entry = fresh && isSelf && !old.facts.connected ? admit(edit.before, call.caller, standing) : 'in';
  if (fresh && !isPresent(old.facts)) room(work, old.facts.pending);
  const checked = fresh ? withStatusLeftOutOfNew(merged, old.part.element) : merged;
  const kept = isSelf ? withEndpointsOf(merged, old.part.element) : old.part.element;
  const refused = refusedChange(
    USER,
    kept,
    checked,
    { level: standing.level ?? 'invited', systemAdministrator },
    isSelf,
  );
  if (refused !== undefined) throw new Refusal('not-allowed', `You may not change <${refused.element}> of this user.`);
  const { alias, origin } = old.facts;
  const heard = hasCalls(edit) ? withMutes(old.part.element, checked, mutingOf(work, isSelf)) : checked;
  const settled = settleEndpoints(heard, old.part.element, entry);
  if (settled !== old.part.element) enrol(edit, key, settled, { origin, ...(alias && { alias }) }, identities);
  if (kept !== old.part.element) leaveUnlessIn(edit, key);
}

const endpointKey = (endpoint: XmlElement): string | undefined => endpoint.attribute('entity')?.trim();

/**
 * The user without the endpoints that are not in another value of her. Each may take out her own, as userRequest/delete
 * takes out all of them, whoever decides what stands in them.
 */
function withEndpointsOf(next: XmlElement, user: XmlElement): XmlElement {
  const staying = new Set(endpointsOf(next).map(endpointKey));
  const going = endpointsOf(user).filter((endpoint) => !staying.has(endpointKey(endpoint)));
  if (going.length === 0) return user;
  return user.withChildren(user.elements.filter((child) => !going.includes(child)));
}

/** Who has taken out the endpoint with which she was in or waited has left; nobody comes in by it. */
function leaveUnlessIn(edit: ObjectEdit, key: XconUserId): void {
  const record = edit.now.users.get(key);
  if (record === undefined || record.facts.connected || record.facts.pending) return;
  edit.setUser(key, record.facts.origin === 'joined' ? undefined : withoutEndpoints(record));
}

function replacedForUpdate({ people }: Work, raw: XmlElement, before: XmlElement): XmlElement {
  const placeholders = new Placeholders((domain) => people.servesDomain(domain));
  return placeholders.replace(raw, () => Math.max(highestNumber(raw), highestNumber(before)));
}

function withStatusLeftOutOfNew(user: XmlElement, before: XmlElement): XmlElement {
  const known = new Set(endpointsOf(before).map((one) => one.attribute('entity')));
  return user.withChildren(
    user.elements.map((child) =>
      child.is(CONFERENCE_INFO, 'endpoint') && !known.has(child.attribute('entity'))
        ? withChild(child, 'status', undefined)
        : child,
    ),
  );
}
