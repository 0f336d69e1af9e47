import { differences, same, type Difference } from '../model/compare.ts';
import type { Audience, Changer, ElementDefinition } from '../model/definitions.ts';
import { info, POLICY } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { childDefinition, keyOf } from '../model/shape.ts';
import { privilegeOf, rolesOf } from '../model/user.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';

/** Who changes something, as far as rights go. */
export interface Actor {
  readonly level: Audience;
  readonly systemAdministrator: boolean;
}

/** Why a change of an element is refused. */
export type Refused = { readonly why: 'not-allowed' | 'protected'; readonly element: string };

const POWER: Readonly<Record<Audience, number>> = { invited: 0, participant: 1, moderator: 2, organizer: 3 };
const NEEDS: Readonly<Record<Changer, number>> = { self: 2, moderator: 2, organizer: 3, server: 4 };

/**
 * Whether the actor may turn one value of an element into another: each place that differs asks for the right that the
 * data model names for it, and nothing that a parent enforces changes (RFC 5239 §7.1).
 */
export function refusedChange(
  definition: ElementDefinition,
  before: XmlElement | undefined,
  after: XmlElement | undefined,
  actor: Actor,
  isSelf = false,
): Refused | undefined {
  if (before === after) return undefined;
  if (before !== undefined && !actor.systemAdministrator && !keepsEnforced(definition, before, after)) {
    return { why: 'protected', element: before.local };
  }
  for (const difference of differences(definition, before, after)) {
    if (!mayChange(difference, actor, isSelf)) return { why: 'not-allowed', element: difference.definition.local };
  }
  return undefined;
}

function mayChange({ definition, before, after }: Difference, actor: Actor, isSelf: boolean): boolean {
  if (definition.changes === 'self' && isSelf) return true;
  if (POWER[actor.level] < NEEDS[definition.changes]) return false;
  return actor.systemAdministrator || actor.level !== 'moderator' || !touchesPrivilege(definition, before, after);
}

/** A moderator gives and takes only roles below his own. */
function touchesPrivilege(definition: ElementDefinition, before?: XmlElement, after?: XmlElement): boolean {
  if (definition.local !== 'roles' && definition.source !== 'RFC 4575 §5.6.2') return false;
  return [before, after].some((value) => {
    if (value === undefined) return false;
    const roles = value.local === 'roles' ? value : info('roles', {}, [value]);
    return privilegeOf(rolesOf(info('user', {}, [roles]))) !== undefined;
  });
}

/**
 * An element that a parent enforces carries `enforce="parent"` of our policy namespace; simple ones, which carry no
 * attributes, are named by the element they stand in with `enforced-by-parent`.
 */
export function keepsEnforced(
  definition: ElementDefinition | undefined,
  before: XmlElement,
  after: XmlElement | undefined,
): boolean {
  if (!holdsMarks(before, after?.children) || (after !== undefined && same(before, after))) return true;
  if (before.attribute('enforce', POLICY) === 'parent') return false;
  const names = enforcedNames(before);
  if (names.size > 0) {
    if (after === undefined || !sameNames(names, enforcedNames(after))) return false;
    if (!same(only(names, before), only(names, after))) return false;
  }
  return before.elements.every((child) => {
    const its = definition && childDefinition(definition, child);
    return keepsEnforced(its, child, counterpart(its, child, before, after));
  });
}

const NOTHING: readonly XmlNode[] = [];

/**
 * Whether anything in an element is enforced, beside the children that stay in their places; most hold nothing of the kind,
 * and are not compared.
 */
const holdsMarks = (element: XmlElement, stay: readonly XmlNode[] = NOTHING): boolean =>
  element.attributes.some((one) => one.namespace === POLICY && one.local.startsWith('enforce')) ||
  element.children.some((child, place) => child instanceof XmlElement && child !== stay[place] && holdsMarks(child));

/** Whether a parent enforces a child of an element, or something in it. */
export const isEnforced = (parent: XmlElement, child: XmlElement): boolean =>
  enforcedNames(parent).has(child.local) || !keepsEnforced(undefined, child, undefined);

const enforcedNames = (element: XmlElement): ReadonlySet<string> =>
  new Set(element.attribute('enforced-by-parent', POLICY)?.split(/\s+/).filter(Boolean));

const sameNames = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((name) => other.has(name));

const only = (names: ReadonlySet<string>, element: XmlElement): XmlElement =>
  info(
    'enforced',
    {},
    element.elements.filter((child) => names.has(child.local)),
  );

/** What stands in the place of a child: under its key, or as far down among those of its name. */
function counterpart(
  its: ElementDefinition | undefined,
  child: XmlElement,
  before: XmlElement,
  after: XmlElement | undefined,
): XmlElement | undefined {
  const siblings = after?.all(child.namespace, child.local) ?? [];
  const key = its && keyOf(its, child);
  if (its !== undefined && key !== undefined) return siblings.find((one) => keyOf(its, one) === key);
  return siblings[before.all(child.namespace, child.local).indexOf(child)];
}

const enforcing = new WeakMap<Part, Part>();

/**
 * What an object enforces on its children (`enforce="children"`, `enforce-in-children` with names) is marked in a clone
 * as enforced by its parent.
 */
export function asEnforced(part: Part): Part {
  let clone = enforcing.get(part);
  if (clone === undefined) {
    const marked = mark(part.element);
    enforcing.set(part, (clone = marked === part.element ? part : Part.of(marked)));
  }
  return clone;
}

function mark(element: XmlElement): XmlElement {
  const whole = element.attribute('enforce', POLICY) === 'children';
  const names = element.attribute('enforce-in-children', POLICY);
  const marked = whole ? element.withAttribute('enforce', 'parent', POLICY) : element;
  const own =
    names === undefined
      ? marked
      : marked
          .withAttribute('enforce-in-children', undefined, POLICY)
          .withAttribute('enforced-by-parent', names, POLICY);
  const children = own.children.map((child) => (child instanceof XmlElement ? mark(child) : child));
  return children.every((child, index) => child === own.children[index]) ? own : own.withChildren(children);
}
