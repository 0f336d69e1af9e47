import { CONFERENCE_INFO, POLICY, XCON } from './names.ts';
import * as is from './values.ts';
import type { ValueType } from './values.ts';

/** Who may see an element, from those who may see least to those who see all; each sees what the former see. */
export const AUDIENCES = ['invited', 'participant', 'moderator', 'organizer'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Who may change an element; `self` is the user in whose element it stands, `server` nobody by a request. */
export type Changer = 'self' | 'moderator' | 'organizer' | 'server';

/** How siblings of one name are told apart, so that changes merge item by item: by an attribute or by a child's text. */
export type Key = { readonly attribute: string } | { readonly child: string };

/** Which extensions of other namespaces may stand in an element: there the schemas differ from place to place. */
export type Open = 'all' | 'attributes' | 'content' | 'nothing';

export interface AttributeDefinition {
  readonly namespace: string;
  readonly local: string;
  readonly type: ValueType;
  readonly required?: true;
}

/** An element of RFC 4575 or RFC 6501. */
export interface ElementDefinition {
  readonly namespace: string;
  readonly local: string;
  /** Most that may stand side by side; 1 unless said. */
  readonly many: boolean;
  readonly required: boolean;
  /** Simple content; an element has this or children. */
  readonly type?: ValueType;
  readonly attributes: readonly AttributeDefinition[];
  /** In the order in which they are emitted (RFC 4575 §5); a function, for sidebars hold conferences. */
  readonly children: () => readonly ElementDefinition[];
  readonly key?: Key;
  readonly open: Open;
  /** Another name under which it is read; the sources disagree. */
  readonly alias?: string;
  /** What its absence means, where a RFC says so. */
  readonly absent?: string;
  readonly sees: Audience;
  readonly changes: Changer;
  /** Is there as long as what it stands in: an empty one in an update changes nothing. */
  readonly permanent: boolean;
  readonly source: string;
}

type Options = Partial<Omit<ElementDefinition, 'namespace' | 'local' | 'children' | 'source'>> & {
  readonly children?: readonly ElementDefinition[] | (() => readonly ElementDefinition[]);
};

const definer =
  (namespace: string, rfc: string) =>
  (local: string, section: string, options: Options = {}): ElementDefinition => {
    const { children = [], ...rest } = options;
    let made: readonly ElementDefinition[] | undefined;
    return {
      many: false,
      required: false,
      attributes: [],
      sees: 'invited',
      changes: 'organizer',
      permanent: false,
      open: rest.type === undefined ? 'all' : rest.attributes === undefined ? 'nothing' : 'attributes',
      ...rest,
      namespace,
      local,
      children: () => (made ??= typeof children === 'function' ? children() : children),
      source: `${rfc} §${section}`,
    };
  };

const info = definer(CONFERENCE_INFO, 'RFC 4575');
const xcon = definer(XCON, 'RFC 6501');
/** Ours: docs/protocol.md. */
const plenary = (local: string, options: Options): ElementDefinition => ({
  ...definer(POLICY, '')(local, '', options),
  source: 'docs/protocol.md',
});

const attribute = (local: string, type: ValueType, required?: true): AttributeDefinition => ({
  namespace: '',
  local,
  type,
  ...(required && { required }),
});
const by = (name: string): Key => ({ attribute: name });

const role = is.word('administrator', 'moderator', 'organizer', 'user', 'participant', 'observer', 'none');
const mediaStatus = is.oneOf('sendrecv', 'sendonly', 'recvonly', 'inactive');
const layout = is.word(
  ...['single-view', 'dual-view', 'dual-view-crop', 'dual-view-2x1', 'dual-view-2x1-crop'],
  ...['quad-view', 'multiple-3x3', 'multiple-4x4', 'multiple-5x1', 'automatic'],
);

/** Who may see and change what stands in several places: as the place says. */
type Rights = Pick<Options, 'sees' | 'changes'>;

const executed = (rights: Rights): Options => ({
  open: 'attributes',
  children: [
    info('when', '5.2.8', { ...rights, type: is.dateTime }),
    info('reason', '5.2.8', { ...rights, type: is.text }),
    info('by', '5.2.8', { ...rights, type: is.uri }),
  ],
});

const uriEntry = (rights: Rights = {}, more: readonly ElementDefinition[] = []): ElementDefinition =>
  info('entry', '5.3.1', {
    ...rights,
    many: true,
    required: true,
    key: { child: 'uri' },
    children: [
      info('uri', '5.3.1', { ...rights, required: true, type: is.uri }),
      info('display-text', '5.3.1', { ...rights, type: is.text }),
      info('purpose', '5.3.1', { ...rights, type: is.text }),
      info('modified', '5.3.1', { ...rights, ...executed(rights) }),
      ...more,
    ],
  });

const controls = (rights: Rights): readonly ElementDefinition[] => [
  xcon('mute', '4.2.7', { ...rights, type: is.boolean }),
  xcon('pause-video', '4.2.7', { ...rights, type: is.boolean }),
  xcon('gain', '4.2.7', { ...rights, type: is.gain }),
  xcon('video-layout', '4.2.7', { ...rights, type: layout, absent: 'single-view' }),
];

const offset = (local: string): ElementDefinition =>
  xcon(local, '4.2.5', { type: is.utcDateTime, attributes: [attribute('required-participant', role, true)] });

/** So many seconds before each occurrence people are reminded of it. */
const reminder = (rights: Rights): ElementDefinition =>
  plenary('reminder', {
    ...rights,
    many: true,
    open: 'attributes',
    attributes: [
      attribute('before', is.nonNegative, true),
      attribute('by', is.oneOf('mail', 'callback', 'none'), true),
    ],
  });

const description = info('conference-description', '5.3', {
  permanent: true,
  attributes: [{ namespace: 'http://www.w3.org/XML/1998/namespace', local: 'lang', type: is.language }],
  children: [
    info('display-text', '5.3', { type: is.text }),
    info('subject', '5.3', { type: is.text }),
    info('free-text', '5.3', { type: is.text }),
    info('keywords', '5.3', { type: is.text }),
    info('conf-uris', '5.3.1', {
      open: 'attributes',
      children: [
        uriEntry({}, [xcon('conference-password', '4.2.6', { type: is.token, many: true, sees: 'organizer' })]),
      ],
    }),
    info('service-uris', '5.3.2', { open: 'attributes', children: [uriEntry()] }),
    info('maximum-user-count', '5.3.3', { type: is.userCount }),
    info('available-media', '5.3.4', {
      open: 'attributes',
      children: [
        info('entry', '5.3.4', {
          many: true,
          required: true,
          key: by('label'),
          attributes: [attribute('label', is.token, true)],
          children: [
            info('display-text', '5.3.4', { type: is.text }),
            info('type', '5.3.4', { type: is.token, required: true }),
            info('status', '5.3.4', { type: mediaStatus, absent: 'sendrecv' }),
            xcon('mixing-mode', '4.2.7', { type: is.word('moderator-controlled', 'FCFS', 'automatic') }),
            xcon('codecs', '4.2.7', {
              attributes: [attribute('decision', is.word('automatic', 'moderator-controlled'), true)],
              children: [
                xcon('codec', '4.2.7', {
                  many: true,
                  attributes: [
                    attribute('name', is.token, true),
                    attribute('policy', is.word('allowed', 'disallowed'), true),
                  ],
                  children: [xcon('subtype', '4.2.7', { type: is.text })],
                }),
              ],
            }),
            xcon('controls', '4.2.7', { changes: 'moderator', children: controls({ changes: 'moderator' }) }),
          ],
        }),
      ],
    }),
    xcon('language', '4.2.1', { type: is.language }),
    xcon('allow-sidebars', '4.2.2', { type: is.boolean, absent: 'false' }),
    xcon('cloning-parent', '4.2.3', { type: is.uri, changes: 'server' }),
    xcon('sidebar-parent', '4.2.4', { type: is.uri, changes: 'server' }),
    xcon('conference-time', '4.2.5', {
      open: 'attributes',
      children: [
        xcon('entry', '4.2.5', {
          many: true,
          open: 'content',
          children: [
            xcon('base', '4.2.5', { type: is.text, required: true }),
            offset('mixing-start-offset'),
            offset('mixing-end-offset'),
            xcon('can-join-after-offset', '4.2.5', { type: is.utcDateTime }),
            xcon('must-join-before-offset', '4.2.5', { type: is.utcDateTime }),
            xcon('request-user', '4.2.5', { type: is.utcDateTime }),
            xcon('notify-end-of-conference', '4.2.5', { type: is.nonNegative }),
            xcon('allowed-extend-mixing-end-offset', '4.2.5', { type: is.boolean }),
          ],
        }),
      ],
    }),
    reminder({}),
  ],
});

const hostInfo = info('host-info', '5.4', {
  children: [
    info('display-text', '5.4', { type: is.text }),
    info('web-page', '5.4', { type: is.uri }),
    info('uris', '5.4', { open: 'attributes', children: [uriEntry()] }),
  ],
});

const state = info('conference-state', '5.5', {
  permanent: true,
  sees: 'participant',
  children: [
    info('user-count', '5.5.1', { type: is.unsignedInt, sees: 'participant', changes: 'server' }),
    info('active', '5.5.2', { type: is.boolean, sees: 'participant', changes: 'server' }),
    info('locked', '5.5.3', { type: is.boolean, sees: 'participant', changes: 'moderator' }),
    xcon('allow-conference-event-subscription', '4.4.1', { type: is.boolean, absent: 'true', sees: 'participant' }),
  ],
});

const own = { sees: 'participant', changes: 'self' } as const;

const mixer = (local: string): ElementDefinition =>
  xcon(local, '4.6.5.6', {
    ...own,
    attributes: [attribute('name', is.word('VideoIn', 'VideoOut', 'AudioIn', 'AudioOut'), true)],
    children: [
      xcon('controls', '4.6.5.6', { ...own, many: true, children: controls(own) }),
      xcon('floor', '4.6.5.6', {
        many: true,
        sees: 'participant',
        changes: 'moderator',
        type: is.boolean,
        key: by('id'),
        attributes: [attribute('id', is.token, true)],
      }),
    ],
  });

const endpoint = info('endpoint', '5.7', {
  ...own,
  many: true,
  key: by('entity'),
  attributes: [attribute('entity', is.token, true)],
  children: [
    info('display-text', '5.7', { ...own, type: is.text }),
    info('referred', '5.7.2', { ...own, ...executed(own) }),
    info('status', '5.7.3', {
      sees: 'participant',
      changes: 'moderator',
      type: is.oneOf(
        ...['pending', 'dialing-out', 'dialing-in', 'alerting', 'on-hold', 'connected'],
        ...['muted-via-focus', 'disconnecting', 'disconnected'],
      ),
    }),
    info('joining-method', '5.7.4', { ...own, type: is.oneOf('dialed-in', 'dialed-out', 'focus-owner') }),
    info('joining-info', '5.7.5', { ...own, ...executed(own) }),
    info('disconnection-method', '5.7.6', { ...own, type: is.oneOf('departed', 'booted', 'failed', 'busy') }),
    info('disconnection-info', '5.7.7', { ...own, ...executed(own) }),
    info('media', '5.8', {
      ...own,
      many: true,
      key: by('id'),
      attributes: [attribute('id', is.token, true)],
      children: [
        info('display-text', '5.8', { ...own, type: is.text }),
        info('type', '5.8.2', { ...own, type: is.token }),
        info('label', '5.8.3', { ...own, type: is.token }),
        info('src-id', '5.8.4', { ...own, type: is.token }),
        info('status', '5.8.5', { ...own, type: mediaStatus }),
        mixer('to-mixer'),
        mixer('from-mixer'),
      ],
    }),
    info('call-info', '5.7.9', {
      open: 'attributes',
      sees: 'moderator',
      changes: 'self',
      children: [
        info('sip', '5.7.9', {
          sees: 'moderator',
          changes: 'self',
          children: ['display-text', 'call-id', 'from-tag', 'to-tag'].map((local) =>
            info(local, '5.7.9', {
              type: is.text,
              required: local !== 'display-text',
              sees: 'moderator',
              changes: 'self',
            }),
          ),
        }),
      ],
    }),
  ],
});

/** RFC 4575 §5.6 and RFC 6501 §4.6.5. */
export const USER = info('user', '5.6', {
  many: true,
  key: by('entity'),
  changes: 'moderator',
  attributes: [attribute('entity', is.uri, true)],
  children: [
    info('display-text', '5.6', { type: is.text, changes: 'self' }),
    info('associated-aors', '5.6.1', {
      open: 'attributes',
      changes: 'moderator',
      children: [uriEntry({ changes: 'moderator' })],
    }),
    info('roles', '5.6.2', {
      open: 'attributes',
      changes: 'moderator',
      children: [info('entry', '5.6.2', { many: true, required: true, type: role, changes: 'moderator' })],
    }),
    info('languages', '5.6.3', { type: is.languages, changes: 'self' }),
    info('cascaded-focus', '5.6.4', { type: is.uri, changes: 'organizer' }),
    endpoint,
    xcon('provide-anonymity', '4.6.5.1', { type: is.word('private', 'semi-private', 'hidden'), ...own }),
    ...['refer', 'invite', 'remove'].map((act, index) =>
      xcon(`allow-${act}-users-dynamically`, `4.6.5.${String(3 + index)}`, {
        type: is.boolean,
        absent: 'false',
        sees: 'participant',
        changes: 'organizer',
      }),
    ),
    // What she answered to her invitation: to all of it, or to the occurrence of an id.
    plenary('answer', {
      many: true,
      changes: 'self',
      key: by('to'),
      // The last is of who has to answer again, for the times have changed.
      type: is.oneOf('accepted', 'declined', 'tentative', 'delegated', 'needs-action'),
      attributes: [attribute('to', is.token, true)],
    }),
    reminder({ sees: 'organizer', changes: 'self' }),
    // The zone of her clocks, in which she is told when the conference takes place.
    plenary('zone', { type: is.token, sees: 'organizer', changes: 'self' }),
  ],
});

const target = (...more: readonly AttributeDefinition[]): ElementDefinition =>
  xcon('target', '4.6.3', {
    many: true,
    open: 'attributes',
    sees: 'moderator',
    changes: 'moderator',
    attributes: [attribute('uri', is.uri, true), ...more],
  });

const list = { sees: 'moderator', changes: 'moderator' } as const;

export const USERS = info('users', '5.6', {
  permanent: true,
  changes: 'moderator',
  children: [
    USER,
    xcon('join-handling', '4.6.1', {
      type: is.word('block', 'confirm', 'allow', 'authenticate', 'directed-operator'),
      absent: 'block',
      changes: 'moderator',
    }),
    xcon('user-admission-policy', '4.6.2', {
      type: is.word('closedAuthenticated', 'openAuthenticated', 'anonymous'),
      changes: 'moderator',
    }),
    xcon('allowed-users-list', '4.6.3', {
      ...list,
      children: [
        target(attribute('method', is.word('dial-in', 'dial-out', 'refer'), true)),
        xcon('persistent-list', '4.6.3', {
          ...list,
          open: 'content',
          children: [
            xcon('user', '4.6.3', {
              ...list,
              many: true,
              attributes: ['name', 'nickname', 'id'].map((name) => attribute(name, is.text, true)),
              children: [xcon('e-mail', '4.6.3', { ...list, alias: 'email', many: true, type: is.text })],
            }),
          ],
        }),
      ],
    }),
    xcon('deny-users-list', '4.6.4', { ...list, children: [target()] }),
  ],
});

const floors = { sees: 'participant', changes: 'organizer' } as const;

const floorInformation = xcon('floor-information', '4.5', {
  ...floors,
  children: [
    xcon('conference-ID', '4.5.1', { ...floors, type: is.unsignedInt }),
    xcon('allow-floor-events', '4.5.2', { ...floors, type: is.boolean, absent: 'false' }),
    xcon('floor-request-handling', '4.5.3', {
      ...floors,
      changes: 'moderator',
      type: is.word('block', 'confirm'),
      absent: 'block',
    }),
    xcon('conference-floor-policy', '4.5.4', {
      ...floors,
      open: 'attributes',
      children: [
        xcon('floor', '4.5.4', {
          ...floors,
          many: true,
          required: true,
          key: by('id'),
          attributes: [attribute('id', is.token, true)],
          children: [
            xcon('media-label', '4.5.4', { ...floors, many: true, required: true, type: is.token }),
            xcon('algorithm', '4.5.4', { ...floors, type: is.word('moderator-controlled', 'FCFS', 'random') }),
            xcon('max-floor-users', '4.5.4', { ...floors, type: is.nonNegative }),
            xcon('moderator-id', '4.5.4', { ...floors, type: is.nonNegative }),
          ],
        }),
      ],
    }),
  ],
});

const sidebars = { sees: 'participant', changes: 'server' } as const;

const conferenceChildren = (): readonly ElementDefinition[] => [
  description,
  hostInfo,
  state,
  USERS,
  info('sidebars-by-ref', '5.9', { ...sidebars, open: 'attributes', children: [uriEntry()] }),
  info('sidebars-by-val', '5.10', {
    ...sidebars,
    open: 'attributes',
    children: () => [
      info('entry', '5.10', {
        ...sidebars,
        many: true,
        key: by('entity'),
        attributes: [attribute('entity', is.uri, true)],
        children: conferenceChildren,
      }),
    ],
  }),
  floorInformation,
];

/** The root of RFC 6501's data model; RFC 4575 §5.2. */
export const CONFERENCE = info('conference-info', '5.2', {
  permanent: true,
  attributes: [attribute('entity', is.uri, true)],
  children: conferenceChildren,
});
