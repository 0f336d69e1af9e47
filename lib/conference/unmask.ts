import { parseXconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { anonymousEntity, endpointsOf, type UserRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { Refusal } from './refusal.ts';
import { anonymousUser, shownEndpoints } from './visibility.ts';

/**
 * A change that names a user by her anonymous identity, said of her as she is: its endpoints and media are hers, and the
 * name that the server gave her is no change. Any other change stays as it is.
 */
export function unmasked(change: XmlElement, { part, facts }: UserRecord): XmlElement {
  const named = parseXconUserId(change.attribute('entity') ?? '');
  if (facts.number === undefined || named !== anonymousEntity(facts.number)) return change;
  const mask = anonymousUser(part.element, facts);
  const shownName = textOf(mask, 'display-text');
  return change.withChildren(
    change.elements
      .filter((child) => !child.is(CONFERENCE_INFO, 'display-text') || child.text.trim() !== shownName)
      .map((child) => (child.is(CONFERENCE_INFO, 'endpoint') ? unmaskedEndpoint(child, mask, part.element) : child)),
  );
}

function unmaskedEndpoint(change: XmlElement, mask: XmlElement, user: XmlElement): XmlElement {
  const at = endpointsOf(mask).findIndex((one) => one.attribute('entity') === change.attribute('entity'));
  const hers = shownEndpoints(user)[at];
  if (hers === undefined)
    throw new Refusal('conflict', 'This endpoint is not there any more: retrieve its user again.');
  const media = hers.all(CONFERENCE_INFO, 'media');
  const children = change.children.map((child) => {
    if (!(child instanceof XmlElement) || !child.is(CONFERENCE_INFO, 'media')) return child;
    const id = media[Number(child.attribute('id')) - 1]?.attribute('id');
    return id === undefined ? child : child.withAttribute('id', id);
  });
  return change.withAttribute('entity', hers.attribute('entity')).withChildren(children);
}

const textOf = (element: XmlElement, local: string): string | undefined =>
  element.first(CONFERENCE_INFO, local)?.text.trim();
