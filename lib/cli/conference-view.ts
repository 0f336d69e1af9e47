import type { ConferenceAnswer } from '../ccmp/client/client.ts';
import { domainOf, sipUriOf, type XconUri } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { endpointsOf, rolesOf, statusOf } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';

export interface ConferenceView {
  readonly uri: string;
  readonly sipUri: string;
  readonly version: number | undefined;
  readonly displayText: string | undefined;
  readonly subject: string | undefined;
  readonly description: string | undefined;
  readonly users: readonly ConferenceUserView[];
}

export interface ConferenceUserView {
  readonly entity: string;
  readonly displayText: string | undefined;
  readonly roles: readonly string[];
  readonly endpoints: readonly { readonly entity: string; readonly status: string }[];
}

/** What `--json` shows of a conference (RFC 4575 §5). */
export function conferenceView({ uri, version, document }: ConferenceAnswer): ConferenceView {
  const description = document && child(document, 'conference-description');
  const users = document && child(document, 'users');
  return {
    uri,
    sipUri: sipUri(description) ?? sipUriOf(uri as XconUri, domainOf(uri) ?? ''),
    version,
    displayText: description && text(description, 'display-text'),
    subject: description && text(description, 'subject'),
    description: description && text(description, 'free-text'),
    users: (users?.all(CONFERENCE_INFO, 'user') ?? []).map(userView),
  };
}

const child = (element: XmlElement, local: string): XmlElement | undefined => element.first(CONFERENCE_INFO, local);
const text = (element: XmlElement, local: string): string | undefined => child(element, local)?.text;

const sipUri = (description: XmlElement | undefined): string | undefined =>
  description &&
  child(description, 'conf-uris')
    ?.all(CONFERENCE_INFO, 'entry')
    .map((entry) => text(entry, 'uri')?.trim() ?? '')
    .find((uri) => /^sips?:/i.test(uri));

const userView = (user: XmlElement): ConferenceUserView => ({
  entity: user.attribute('entity') ?? '',
  displayText: text(user, 'display-text'),
  roles: rolesOf(user),
  endpoints: endpointsOf(user).map((endpoint) => ({
    entity: endpoint.attribute('entity') ?? '',
    status: statusOf(endpoint),
  })),
});
