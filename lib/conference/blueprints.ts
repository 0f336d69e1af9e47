import { parseXconUri, type XconUri } from '../model/identifiers.ts';
import { info, POLICY, xcon } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';

/** The blueprint that conferences are made from when their creator names none (RFC 5239 §6.2). */
export function defaultBlueprintUri(domain: string): XconUri {
  const uri = parseXconUri(`xcon:default@${domain}`);
  if (uri === undefined) throw new Error(`${domain} is not a domain`);
  return uri;
}

/** The blueprints that the server ships: documents for `createBlueprint`. */
export const shippedBlueprints = (domain: string): XmlElement[] => [
  blueprint(domain, 'default', {
    name: 'Audio conference',
    purpose: 'Everybody who knows the address may join and talk.',
    media: [audio()],
  }),
  blueprint(domain, 'audio-video', {
    name: 'Audio and video conference',
    purpose: 'Everybody who knows the address may join, talk and be seen.',
    media: [audio(), video()],
  }),
  blueprint(domain, 'webinar', {
    name: 'Webinar',
    purpose: 'Few speak, by floor; attendees see the speakers but not one another.',
    media: [audio(), video()],
    hidesAttendees: true,
    floors: true,
  }),
  blueprint(domain, 'closed', {
    name: 'Closed conference',
    purpose: 'Only those on the list of allowed users may join, with the password of the conference.',
    media: [audio()],
    policy: 'closedAuthenticated',
    password: true,
  }),
];

interface Design {
  readonly name: string;
  readonly purpose: string;
  readonly media: readonly XmlElement[];
  readonly policy?: string;
  readonly hidesAttendees?: boolean;
  readonly floors?: boolean;
  readonly password?: boolean;
}

function blueprint(domain: string, id: string, design: Design): XmlElement {
  const description = info('conference-description', {}, [
    info('display-text', {}, [design.name]),
    info('free-text', {}, [design.purpose]),
    info('available-media', {}, design.media),
    xcon('allow-sidebars', {}, ['true']),
  ]).withAttribute('conference-password', design.password ? 'generate' : undefined, POLICY);
  const settings = [
    xcon('join-handling', {}, ['allow']),
    ...(design.policy === undefined ? [] : [xcon('user-admission-policy', {}, [design.policy])]),
  ];
  const users = info('users', {}, settings).withAttribute(
    'attendees',
    design.hidesAttendees ? 'hidden' : undefined,
    POLICY,
  );
  return info('conference-info', { entity: `xcon:${id}@${domain}` }, [
    description,
    users,
    ...(design.floors === true ? [floors()] : []),
  ]);
}

const medium = (label: string, type: string, control: string): XmlElement =>
  info('entry', { label }, [
    info('type', {}, [type]),
    info('status', {}, ['sendrecv']),
    xcon('mixing-mode', {}, ['automatic']),
    xcon('controls', {}, [xcon(control, {}, ['false'])]),
  ]);

const audio = (): XmlElement => medium('1', 'audio', 'mute');
const video = (): XmlElement => medium('2', 'video', 'pause-video');

/** One floor for all media: whoever holds it is heard and seen. */
const floors = (): XmlElement =>
  xcon('floor-information', {}, [
    xcon('allow-floor-events', {}, ['true']),
    xcon('floor-request-handling', {}, ['confirm']),
    xcon('conference-floor-policy', {}, [
      xcon('floor', { id: '1' }, [
        xcon('media-label', {}, ['1']),
        xcon('media-label', {}, ['2']),
        xcon('algorithm', {}, ['FCFS']),
        xcon('max-floor-users', {}, ['1']),
      ]),
    ]),
  ]);
