import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, endpoint, idOf, roster, sipOf, title, user } from './world.ts';

export const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;
export type Name = (typeof PEOPLE)[number];

/** Changes of every part of a document; those that the rules refuse change nothing. */
export const CHANGES: readonly ((
  control: ConferenceControl,
  uri: XconUri,
  by: Name,
  whom: Name,
) => Promise<unknown>)[] = [
  (control, uri, by) => control.update(as(by), uri, title(by)),
  (control, uri, by, whom) =>
    control.update(
      as(by),
      uri,
      changes(`<info:conference-description><info:subject>${whom}</info:subject></info:conference-description>`),
    ),
  (control, uri) =>
    control.update(
      as('alice'),
      uri,
      changes('<info:host-info><info:display-text>host</info:display-text></info:host-info>'),
    ),
  (control, uri) => control.update(as('alice'), uri, changes('<info:host-info/>')),
  (control, uri, by, whom) =>
    control.update(
      as('alice'),
      uri,
      changes(`<info:conference-state><info:locked>${String(whom < by)}</info:locked></info:conference-state>`),
    ),
  (control, uri, _, whom) =>
    control.updateUsers(
      as('alice'),
      uri,
      roster(`<xcon:deny-users-list><xcon:target uri="${sipOf(whom)}x"/></xcon:deny-users-list>`),
    ),
  (control, uri) => control.updateUsers(as('alice'), uri, roster('<xcon:deny-users-list/>')),
  (control, uri) => control.updateUsers(as('alice'), uri, roster('<xcon:join-handling>allow</xcon:join-handling>')),
  (control, uri, _, whom) =>
    control.updateUsers(
      as('alice'),
      uri,
      roster(
        `<info:user entity="${idOf(whom)}"><info:roles><info:entry>moderator</info:entry></info:roles></info:user>`,
      ),
    ),
  (control, uri, _, whom) =>
    control.updateUsers(as('alice'), uri, roster(`<info:user entity="${idOf(whom)}" state="deleted"/>`)),
  ...['none', 'semi-private', 'private', 'hidden'].map(
    (anonymity) => (control: ConferenceControl, uri: XconUri, by: Name) =>
      control.updateUser(as(by), uri, user(idOf(by), `<xcon:provide-anonymity>${anonymity}</xcon:provide-anonymity>`)),
  ),
  (control, uri, by) => control.createUser(as(by), uri, user(idOf(by), endpoint(sipOf(by)))),
  (control, uri, by) => control.createUser(as(by), uri, user(idOf(by), endpoint(sipOf(by)))),
  (control, uri, by) =>
    control.updateUser(
      as(by),
      uri,
      user(
        idOf(by),
        endpoint(
          sipOf(by),
          '<info:media id="1"><info:type>audio</info:type><info:status>recvonly</info:status></info:media>',
        ),
      ),
    ),
  (control, uri, by) => control.deleteUser(as(by), uri),
  (control, uri, _, whom) => control.deleteUser(as('alice'), uri, idOf(whom)),
];
