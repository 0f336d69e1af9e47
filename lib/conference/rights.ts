import { differences, same, type Difference } from '../model/compare.ts';
import type { Audience, Changer, ElementDefinition } from '../model/definitions.ts';
import { POLICY } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { childDefinition, keyOf } from '../model/shape.ts';
import { privilegeOf, rolesOf } from '../model/user.ts';
import { info } from '../model/names.ts';
import { XmlElement } from '../xml/element.ts';

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
  if (before === after || actor.systemAdministrator) return undefined;
  if (before !== undefined && !keepsEnforced(definition, before, after)) {
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
  return actor.level !== 'moderator' || !touchesPrivilege(definition, before, after);
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

/** An element that a parent enforces carries `enforce="parent"` of our policy namespace. */
function keepsEnforced(definition: ElementDefinition, before: XmlElement, after: XmlElement | undefined): boolean {
  if (after !== undefined && same(before, after)) return true;
  if (before.attribute('enforce', POLICY) === 'parent') return false;
  return before.elements.every((child) => keepsEnforced(definition, child, counterpart(definition, child, after)));
}

function counterpart(definition: ElementDefinition, child: XmlElement, parent?: XmlElement): XmlElement | undefined {
  const siblings = parent?.all(child.namespace, child.local) ?? [];
  const its = childDefinition(definition, child);
  const key = its === undefined ? undefined : keyOf(its, child);
  return its === undefined || key === undefined ? siblings[0] : siblings.find((one) => keyOf(its, one) === key);
}

const enforcing = new WeakMap<Part, Part>();

/** What an object enforces on its children (`enforce="children"`) is marked in a clone as enforced by its parent. */
export function asEnforced(part: Part): Part {
  let clone = enforcing.get(part);
  if (clone === undefined) {
    const marked = mark(part.element);
    enforcing.set(part, (clone = marked === part.element ? part : Part.of(marked)));
  }
  return clone;
}

function mark(element: XmlElement): XmlElement {
  const own =
    element.attribute('enforce', POLICY) === 'children' ? element.withAttribute('enforce', 'parent', POLICY) : element;
  const children = own.children.map((child) => (child instanceof XmlElement ? mark(child) : child));
  return children.every((child, index) => child === own.children[index]) ? own : own.withChildren(children);
}
