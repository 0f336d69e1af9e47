import { CONFERENCE_INFO, info } from '../model/names.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';
import { isHeld } from './muting.ts';

/** RFC 4575 §5.7.3. */
export type EndpointStatus =
  | 'pending'
  | 'dialing-out'
  | 'dialing-in'
  | 'alerting'
  | 'on-hold'
  | 'connected'
  | 'muted-via-focus'
  | 'disconnecting'
  | 'disconnected';

/** When, why and by whom something was done (RFC 4575 §5.7.2). */
export interface Execution {
  /** Milliseconds since 1970. */
  readonly when?: number;
  /** A value of Reason (RFC 3326), or words. */
  readonly reason?: string;
  /** A URI. */
  readonly by?: string;
}

/** One medium of an endpoint (RFC 4575 §5.8). */
export interface MediumState {
  readonly id: string;
  /** `audio`, `video` … */
  readonly type: string;
  /** Of the conference's medium that it belongs to. */
  readonly label?: string | undefined;
  /** The SSRC, where it is known. */
  readonly srcId?: string | undefined;
  /** As the participant sees it. */
  readonly status: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

/** The dialog of a call (RFC 4575 §5.7.9). */
export interface CallInfo {
  readonly displayText?: string;
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
}

/** What the focus knows of an endpoint (RFC 4575 §5.7). What is left out stays as it is. */
export interface EndpointState {
  readonly status?: EndpointStatus;
  readonly displayText?: string;
  readonly referred?: Execution;
  readonly joiningMethod?: 'dialed-in' | 'dialed-out' | 'focus-owner';
  readonly joiningInfo?: Execution;
  readonly disconnectionMethod?: 'departed' | 'booted' | 'failed' | 'busy';
  readonly disconnectionInfo?: Execution;
  /** All there are now. What moderators have set in those that stay is kept. */
  readonly media?: readonly MediumState[];
  readonly callInfo?: CallInfo;
}

const ORDER = [
  'display-text',
  'referred',
  'status',
  'joining-method',
  'joining-info',
  'disconnection-method',
  'disconnection-info',
  'media',
  'call-info',
];

/** An endpoint as the focus knows it now. */
export function withState(endpoint: XmlElement, state: EndpointState): XmlElement {
  const media = new Map(endpoint.all(CONFERENCE_INFO, 'media').map((one) => [one.attribute('id')?.trim(), one]));
  const told = [
    ...text('display-text', state.displayText),
    ...execution('referred', state.referred),
    ...text('status', state.status),
    ...text('joining-method', state.joiningMethod),
    ...execution('joining-info', state.joiningInfo),
    ...text('disconnection-method', state.disconnectionMethod),
    ...execution('disconnection-info', state.disconnectionInfo),
    ...(state.media ?? []).map((medium) => mediumElement(medium, media.get(medium.id))),
    ...(state.status === 'disconnected' ? [] : heldOf([...media.values()], state.media)),
    ...(state.callInfo === undefined ? [] : [callInfoElement(state.callInfo)]),
  ];
  const names = new Set(told.map(({ local }) => local));
  if (state.media !== undefined) names.add('media');
  const kept = endpoint.elements.filter(({ namespace, local }) => namespace !== CONFERENCE_INFO || !names.has(local));
  return endpoint.withChildren(inOrder([...kept, ...told]));
}

const rank = ({ namespace, local }: XmlElement): number => {
  const at = namespace === CONFERENCE_INFO ? ORDER.indexOf(local) : -1;
  return at < 0 ? ORDER.length : at;
};

const inOrder = (children: readonly XmlElement[]): XmlElement[] =>
  children.toSorted((one, other) => rank(one) - rank(other));

const text = (local: string, value: string | undefined): XmlElement[] =>
  value === undefined ? [] : [info(local, {}, [value])];

function execution(local: string, done: Execution | undefined): XmlElement[] {
  if (done === undefined) return [];
  const { when, reason, by } = done;
  const time = when === undefined ? undefined : `${new Date(when).toISOString().slice(0, 19)}Z`;
  return [info(local, {}, [...text('when', time), ...text('reason', reason), ...text('by', by)])];
}

function mediumElement({ id, type, label, srcId, status }: MediumState, before: XmlElement | undefined): XmlElement {
  const known = [...text('type', type), ...text('label', label), ...text('src-id', srcId), ...text('status', status)];
  const names = new Set(['type', 'label', 'src-id', 'status']);
  const isKept = (child: XmlNode): boolean =>
    child instanceof XmlElement && !(child.namespace === CONFERENCE_INFO && names.has(child.local));
  const kept = before?.children.filter(isKept) ?? [];
  const [name] = kept.filter((child) => child instanceof XmlElement && child.is(CONFERENCE_INFO, 'display-text'));
  const rest = kept.filter((child) => child !== name);
  return info('media', { id }, [...(name === undefined ? [] : [name]), ...known, ...rest]);
}

/** A medium that a moderator has muted comes back muted, when the call takes it up again. */
const heldOf = (media: readonly XmlElement[], told: readonly MediumState[] | undefined): XmlElement[] =>
  told === undefined
    ? []
    : media
        .filter((one) => isHeld(one) && !told.some(({ id }) => id === one.attribute('id')?.trim()))
        .map((one) => one.withChildren(one.elements.map((child) => (isStatus(child) ? INACTIVE : child))));

const isStatus = (child: XmlElement): boolean => child.is(CONFERENCE_INFO, 'status');
const INACTIVE = info('status', {}, ['inactive']);

const callInfoElement = ({ displayText, callId, fromTag, toTag }: CallInfo): XmlElement =>
  info('call-info', {}, [
    info('sip', {}, [
      ...text('display-text', displayText),
      ...text('call-id', callId),
      ...text('from-tag', fromTag),
      ...text('to-tag', toTag),
    ]),
  ]);
