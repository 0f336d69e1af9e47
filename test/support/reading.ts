import type { XmlElement } from '../../lib/xml/element.ts';

/** The elements at a path of local names below an element: `users/user/endpoint`. */
export function all(element: XmlElement | undefined, path: string): XmlElement[] {
  let found = element === undefined ? [] : [element];
  for (const local of path.split('/')) {
    found = found.flatMap((one) => one.elements.filter((child) => child.local === local));
  }
  return found;
}

/** The text of the first element at a path, without white space around it. */
export const textAt = (element: XmlElement | undefined, path: string): string | undefined =>
  all(element, path)[0]?.text.trim();

export const textsAt = (element: XmlElement | undefined, path: string): string[] =>
  all(element, path).map((one) => one.text.trim());

/** One attribute of every element at a path. */
export const attributesAt = (element: XmlElement | undefined, path: string, local: string): (string | undefined)[] =>
  all(element, path).map((one) => one.attribute(local));

/** The user with this entity in a document or in a `users` element. */
export function userIn(element: XmlElement | undefined, entity: string): XmlElement | undefined {
  const listed = element?.local === 'users' ? all(element, 'user') : all(element, 'users/user');
  return listed.find((user) => user.attribute('entity') === entity);
}
