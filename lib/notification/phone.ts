import { CONFERENCE_INFO, info } from '../model/names.ts';
import { endpointsOf, rolesOf, statusOf } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';

// What telephones take of a conference object: RFC 4575 alone, and what every reader of it in the field needs.

/** The element with nothing in it that RFC 4575 does not define; undefined when it is none of RFC 4575's itself. */
export function phoneElement(element: XmlElement): XmlElement | undefined {
  if (element.namespace !== CONFERENCE_INFO) return undefined;
  const children = element.children.flatMap((child) => {
    if (child instanceof XmlElement) return phoneElement(child) ?? [];
    return typeof child === 'string' ? child : [];
  });
  const attributes = element.attributes.filter(({ namespace, local }) => namespace === '' && local !== 'state');
  return dressed(element.withAttributes(attributes).withChildren(children));
}

/** A user by the SIP URI that telephones know her by; undefined when nothing of her is in the conference. */
export function phoneUser(user: XmlElement, endpoints: readonly XmlElement[]): XmlElement | undefined {
  if (endpoints.length === 0) return undefined;
  const shown = new Set(endpoints);
  const rest = user.children.filter((child) => !(child instanceof XmlElement && isEndpoint(child)));
  const phone = phoneElement(user.withAttribute('entity', sipEntity(user)).withChildren(withRoles(user, rest)));
  const added = [...shown].flatMap((endpoint) => phoneElement(endpoint) ?? []);
  return phone?.withChildren([...phone.children, ...added]);
}

const isEndpoint = (element: XmlElement): boolean => element.is(CONFERENCE_INFO, 'endpoint');

const GONE = new Set(['disconnected', '']);

/** Endpoints that are in the conference or on their way. */
export const presentEndpoints = (user: XmlElement | undefined): XmlElement[] =>
  user === undefined ? [] : endpointsOf(user).filter((endpoint) => !GONE.has(statusOf(endpoint)));

/** Endpoints that were in the conference and are not any more, as a notification shows them once. */
export function endpointsThatLeft(before: XmlElement | undefined, now: XmlElement | undefined): XmlElement[] {
  return presentEndpoints(before).flatMap((endpoint) => {
    const entity = endpoint.attribute('entity');
    const after = now && endpointsOf(now).find((one) => one.attribute('entity') === entity);
    if (after === undefined) return [asDisconnected(endpoint)];
    return GONE.has(statusOf(after)) ? [asDisconnected(after)] : [];
  });
}

const BEFORE_STATUS = new Set(['display-text', 'referred']);

/** RFC 4575 §5.7.3: nothing but why remains of who has left. */
function asDisconnected(endpoint: XmlElement): XmlElement {
  const method =
    endpoint.first(CONFERENCE_INFO, 'disconnection-method') ?? info('disconnection-method', {}, ['departed']);
  const joined = endpoint.first(CONFERENCE_INFO, 'joining-method');
  const why = endpoint.first(CONFERENCE_INFO, 'disconnection-info');
  return endpoint.withChildren([
    ...endpoint.elements.filter(({ local }) => BEFORE_STATUS.has(local)),
    info('status', {}, ['disconnected']),
    ...(joined === undefined ? [] : [joined]),
    method,
    ...(why === undefined ? [] : [why]),
  ]);
}

const SIP = /^\s*sips?:/i;

/** The first SIP address of a user, else one made of her XCON-USERID. */
export function sipEntity(user: XmlElement): string {
  const aors = user.first(CONFERENCE_INFO, 'associated-aors')?.all(CONFERENCE_INFO, 'entry') ?? [];
  const addresses = [
    ...aors.map((entry) => entry.first(CONFERENCE_INFO, 'uri')?.text ?? ''),
    ...endpointsOf(user).map((endpoint) => endpoint.attribute('entity') ?? ''),
  ];
  const entity = user.attribute('entity') ?? '';
  const isAnonymous = entity.endsWith('@anonymous.invalid');
  const address = isAnonymous ? undefined : addresses.find((one) => SIP.test(one));
  return address?.trim() ?? entity.replace(/^xcon-userid:/, 'sip:');
}

/** Telephones know `admin`, `speaker` and `listener`; XCON's own words stay beside. */
const ALSO: Readonly<Record<string, string>> = {
  administrator: 'admin',
  moderator: 'admin',
  participant: 'speaker',
  observer: 'listener',
};

function withRoles(user: XmlElement, children: readonly XmlElement['children'][number][]): XmlElement['children'] {
  const roles = rolesOf(user);
  const more = [...new Set(roles.map((role) => ALSO[role]))].filter(
    (role) => role !== undefined && !roles.includes(role),
  );
  if (more.length === 0) return children;
  return children.map((child) =>
    child instanceof XmlElement && child.is(CONFERENCE_INFO, 'roles')
      ? child.withChildren([...child.children, ...more.map((role) => info('entry', {}, [role ?? '']))])
      : child,
  );
}

/** What readers in the field break on is put right where it stands. */
function dressed(element: XmlElement): XmlElement | undefined {
  switch (element.local) {
    case 'when':
      return element.withChildren([inUtc(element.text)]);
    case 'src-id':
      return /^\s*\d{1,10}\s*$/.test(element.text) ? element : undefined;
    case 'media':
      return withMediaStatus(element);
    case 'entry':
      return element.first(CONFERENCE_INFO, 'type') === undefined ? element : withMediaStatus(element);
    default:
      return element;
  }
}

/** Every medium has a type and a status. */
function withMediaStatus(media: XmlElement): XmlElement | undefined {
  if (media.first(CONFERENCE_INFO, 'type') === undefined) return undefined;
  if (media.first(CONFERENCE_INFO, 'status') !== undefined) return media;
  return media.withChildren([...media.children, info('status', {}, ['sendrecv'])]);
}

function inUtc(text: string): string {
  const time = Date.parse(text.trim());
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
