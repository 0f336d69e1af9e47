import type { ObjectEdit } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, POLICY, XCON, xcon } from '../model/names.ts';
import { endpointsOf, entityOf, userRecord } from '../model/user.ts';
import { isTrue } from '../model/values.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';
import type { Work } from './control-parts.ts';
import { withChild } from './people.ts';
import { Refusal } from './refusal.ts';

/** Who changes the media of somebody. */
export interface Muting {
  /** A moderator, an organizer, or a system administrator. */
  readonly moderates: boolean;
  readonly isSelf: boolean;
}

/** The name of our attribute of what goes to and comes from the mixer: the controls that a moderator has set there, and holds. */
const HELD = 'held';
/** Controls that silence somebody (RFC 6501 §4.2.7). */
const SILENCING = ['mute', 'pause-video'] as const;

/**
 * The user after a change of her endpoints' media. RFC 6504 §6.2 mutes by the status of a medium too: in a call, that sets the
 * controls of the mixer. What a moderator silences stays so until a moderator lets it be heard again.
 * @throws {Refusal} when somebody else would let it be heard
 */
export function withMutes(before: XmlElement, after: XmlElement, muting: Muting): XmlElement {
  if (before === after) return after;
  const known = new Map(endpointsOf(before).map((one) => [entityOf(one), one]));
  const settle = (endpoint: XmlElement): XmlElement => {
    const old = known.get(entityOf(endpoint));
    return old === undefined || old === endpoint ? endpoint : endpointAfter(old, endpoint, muting);
  };
  return mapped(after, (child) => (child.is(CONFERENCE_INFO, 'endpoint') ? settle(child) : child));
}

/** The same for everybody whom a change has touched. */
export function settleMutes(work: Work): void {
  const { edit, standing } = work;
  if (!hasCalls(edit)) return;
  for (const { kind, key } of edit.touched) {
    if (kind !== 'user') continue;
    const [before, now] = [edit.before, edit.now].map(({ users }) => users.get(key as XconUserId));
    if (before === undefined || now === undefined) continue;
    const element = withMutes(before.part.element, now.part.element, mutingOf(work, key === standing.self));
    if (element !== now.part.element) edit.setUser(key as XconUserId, userRecord(element, now.facts));
  }
}

/** In a sidebar the status of a medium says what somebody does there (RFC 6504 §7.4), and moderators of the conference mute. */
export const hasCalls = ({ before }: ObjectEdit): boolean => before.header.kind === 'conference';

export function mutingOf({ call: { caller }, standing: { level } }: Work, isSelf: boolean): Muting {
  const isAdministrator = caller.kind === 'user' && caller.principal.systemAdministrator;
  return { moderates: isAdministrator || level === 'moderator' || level === 'organizer', isSelf };
}

/** What is held of an endpoint's medium, for the focus: it does not go when the medium does. */
export const isHeld = (medium: XmlElement): boolean =>
  medium.elements.some((path) => path.attribute(HELD, POLICY) !== undefined);

function endpointAfter(before: XmlElement, after: XmlElement, muting: Muting): XmlElement {
  const media = new Map(before.all(CONFERENCE_INFO, 'media').map((one) => [idOf(one), one]));
  const isCall = before.first(CONFERENCE_INFO, 'call-info') !== undefined;
  const staying = new Set(after.all(CONFERENCE_INFO, 'media').map((one) => idOf(one)));
  for (const [id, medium] of media) if (!staying.has(id) && isHeld(medium) && !muting.moderates) throw heldBack();
  return mapped(after, (child) => {
    if (!child.is(CONFERENCE_INFO, 'media')) return child;
    const old = media.get(idOf(child));
    const told = isCall && old !== undefined ? withStatusObeyed(old, child) : child;
    return PATHS.reduce((medium, path) => pathHeld(old?.first(XCON, path.local), medium, path, muting), told);
  });
}

interface Path {
  readonly local: 'to-mixer' | 'from-mixer';
  /** Values of the status in which something flows there, as the participant sees it (RFC 4575 §5.8.5). */
  readonly flows: readonly string[];
  readonly audio: string;
  readonly video: string;
}

const PATHS: readonly Path[] = [
  { local: 'to-mixer', flows: ['sendrecv', 'sendonly'], audio: 'AudioIn', video: 'VideoIn' },
  { local: 'from-mixer', flows: ['sendrecv', 'recvonly'], audio: 'AudioOut', video: 'VideoOut' },
];

/** A status that is new says what flows, unless the controls say it themselves. */
function withStatusObeyed(before: XmlElement, medium: XmlElement): XmlElement {
  const status = textOf(medium, 'status');
  if (status === undefined || status === textOf(before, 'status')) return medium;
  const isVideo = (textOf(medium, 'type') ?? textOf(before, 'type')) === 'video';
  const control = isVideo ? 'pause-video' : 'mute';
  const obeyed = PATHS.reduce((next, { local, flows, audio, video }) => {
    const [old, path] = [before.first(XCON, local), next.first(XCON, local)];
    const isSilent = !flows.includes(status);
    const isSaid = isSet(old, control) !== isSet(path, control);
    if (isSaid || isSet(path, control) === isSilent) return next;
    return withPath(next, withControl(path ?? xcon(local, { name: isVideo ? video : audio }), control, isSilent));
  }, medium);
  // Nothing follows from it: the focus knows what flows (RFC 4353 §5).
  return obeyed === medium ? withChild(medium, 'status', before.first(CONFERENCE_INFO, 'status')) : obeyed;
}

function pathHeld(old: XmlElement | undefined, medium: XmlElement, { local }: Path, muting: Muting): XmlElement {
  const path = medium.first(XCON, local);
  const before = new Set(old?.attribute(HELD, POLICY)?.split(/\s+/));
  const held = SILENCING.filter((control) => {
    if (!isSet(path, control)) {
      if (before.has(control) && !muting.moderates) throw heldBack();
      return false;
    }
    return before.has(control) || (muting.moderates && !muting.isSelf && !isSet(old, control));
  });
  if (path === undefined) return medium;
  const mark = held.length === 0 ? undefined : held.join(' ');
  return path.attribute(HELD, POLICY) === mark ? medium : withPath(medium, path.withAttribute(HELD, mark, POLICY));
}

const heldBack = (): Refusal => new Refusal('not-allowed', 'A moderator has muted you.');

const idOf = (medium: XmlElement): string | undefined => medium.attribute('id')?.trim();

const textOf = (element: XmlElement, local: string): string | undefined =>
  element.first(CONFERENCE_INFO, local)?.text.trim();

const isSet = (path: XmlElement | undefined, control: string): boolean =>
  path?.all(XCON, 'controls').some((one) => isTrue(one.first(XCON, control)?.text.trim())) === true;

/** Every set of controls of a path may silence it, so that all of them have to say that it is heard. */
function withControl(path: XmlElement, control: string, value: boolean): XmlElement {
  const element = xcon(control, {}, [String(value)]);
  const all = path.all(XCON, 'controls');
  if (all.length === 0) return path.withChildren([xcon('controls', {}, [element]), ...path.children]);
  return mapped(path, (child) => {
    if (!child.is(XCON, 'controls')) return child;
    if (child.first(XCON, control) !== undefined)
      return mapped(child, (one) => (one.is(XCON, control) ? element : one));
    return child === all[0] ? child.withChildren([element, ...child.children]) : child;
  });
}

function withPath(medium: XmlElement, path: XmlElement): XmlElement {
  if (medium.first(XCON, path.local) !== undefined)
    return mapped(medium, (child) => (child.is(XCON, path.local) ? path : child));
  const at = medium.elements.findIndex(({ local }) => path.local === 'to-mixer' && local === 'from-mixer');
  const children = medium.elements;
  return medium.withChildren(at < 0 ? [...children, path] : [...children.slice(0, at), path, ...children.slice(at)]);
}

function mapped(element: XmlElement, change: (child: XmlElement) => XmlElement): XmlElement {
  const children = element.children.map((child): XmlNode => (child instanceof XmlElement ? change(child) : child));
  return children.every((child, index) => child === element.children[index]) ? element : element.withChildren(children);
}
