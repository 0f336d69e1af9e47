import type { MessageName } from '../../lib/ccmp/codec/messages.ts';
import {
  allowed,
  confInfo,
  description,
  endpoint,
  requestText,
  title,
  userInfo,
  users,
  usersInfo,
  type Request,
} from '../support/messages.ts';
import { idOf, sipOf, type Name } from '../support/system.ts';

export const MAIN = 'xcon:main@example.com';
const BLUEPRINT = 'xcon:default-conference@example.com';

const media = '<info:media id="1"><info:type>audio</info:type><info:status>sendrecv</info:status></info:media>';
const roster = users(
  `<info:user entity="${idOf('bob')}"><info:display-text>Bob</info:display-text><info:roles><info:entry>moderator</info:entry></info:roles>${endpoint(sipOf('bob'), media)}</info:user>` +
    `<info:user entity="${idOf('carol')}"><xcon:provide-anonymity>private</xcon:provide-anonymity>${endpoint(sipOf('carol'))}</info:user>` +
    `<xcon:join-handling>allow</xcon:join-handling><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>` +
    allowed([sipOf('dave'), 'dial-out'], ['*@example.org', 'dial-in']) +
    '<xcon:deny-users-list><xcon:target uri="sip:mallory@example.net"/></xcon:deny-users-list>',
);
const details = description(
  `<info:display-text>Main</info:display-text><info:subject>All &amp; sundry</info:subject><info:keywords>a b</info:keywords>
   <info:conf-uris><info:entry><info:uri>sip:main@example.com</info:uri><info:purpose>participation</info:purpose></info:entry></info:conf-uris>
   <info:maximum-user-count>50</info:maximum-user-count>
   <info:available-media><info:entry label="1"><info:type>audio</info:type><info:status>sendrecv</info:status><xcon:mixing-mode>automatic</xcon:mixing-mode><xcon:controls><xcon:mute>false</xcon:mute><xcon:gain>50</xcon:gain></xcon:controls></info:entry></info:available-media>
   <xcon:conference-time><xcon:entry><xcon:base>BEGIN:VCALENDAR&#13;&#10;VERSION:2.0&#13;&#10;PRODID:-//x//x//EN&#13;&#10;BEGIN:VEVENT&#13;&#10;UID:1@example.com&#13;&#10;DTSTAMP:20261101T000000Z&#13;&#10;DTSTART:20361201T100000Z&#13;&#10;DURATION:PT1H&#13;&#10;RRULE:FREQ=WEEKLY;COUNT=9&#13;&#10;END:VEVENT&#13;&#10;END:VCALENDAR&#13;&#10;</xcon:base><xcon:can-join-after-offset>1970-01-01T00:00:00Z</xcon:can-join-after-offset></xcon:entry></xcon:conference-time>`,
);
const floors =
  '<xcon:floor-information><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>1</xcon:media-label><xcon:algorithm>moderator-controlled</xcon:algorithm><xcon:moderator-id>11</xcon:moderator-id></xcon:floor></xcon:conference-floor-policy></xcon:floor-information>';
const foreign = '<f:plan xmlns:f="urn:f" f:rows="3"><f:row>one</f:row></f:plan>';

const whole = details + roster + floors + foreign;
const inInfo = (parameter: string, content: string): string =>
  confInfo('xcon:AUTO_GENERATE_1@example.com', content).replaceAll('confInfo', parameter);

const REQUESTS: readonly (readonly [MessageName, Request])[] = [
  ['blueprints', { inside: '<xpathFilter>//available-media</xpathFilter>' }],
  ['blueprint', { operation: 'retrieve', confObjID: BLUEPRINT }],
  ['confs', { inside: "<xpathFilter>/conference-info[conference-description/display-text='Main']</xpathFilter>" }],
  ['conf', { operation: 'retrieve', confObjID: MAIN }],
  ['conf', { operation: 'create', inside: confInfo('xcon:AUTO_GENERATE_1@example.com', whole) }],
  ['conf', { operation: 'create', confObjID: MAIN }],
  ['conf', { operation: 'update', confObjID: MAIN, inside: confInfo(MAIN, whole) }],
  ['conf', { operation: 'update', confObjID: MAIN, inside: confInfo(MAIN, title('Renamed')) }],
  ['conf', { operation: 'delete', confObjID: MAIN }],
  ['users', { operation: 'retrieve', confObjID: MAIN }],
  ['users', { operation: 'update', confObjID: MAIN, inside: usersInfo(roster.replace(/^<[^>]*>|<[^>]*>$/g, '')) }],
  ['user', { operation: 'retrieve', confObjID: MAIN, inside: userInfo(idOf('bob')) }],
  [
    'user',
    {
      operation: 'create',
      confObjID: MAIN,
      inside: userInfo('xcon-userid:AUTO_GENERATE_1@example.com', endpoint('sip:erin@example.org', media)),
    },
  ],
  ['user', { operation: 'update', confObjID: MAIN, inside: userInfo(idOf('bob'), endpoint(sipOf('bob'), media)) }],
  ['user', { operation: 'delete', confObjID: MAIN, inside: userInfo(idOf('carol')) }],
  ['sidebarsByVal', { confObjID: MAIN }],
  [
    'sidebarByVal',
    { operation: 'create', confObjID: MAIN, inside: inInfo('sidebarByValInfo', title('Aside') + roster) },
  ],
  ['sidebarsByRef', { confObjID: MAIN, inside: '<xpathFilter>true()</xpathFilter>' }],
  ['sidebarByRef', { operation: 'create', confObjID: MAIN, inside: inInfo('sidebarByRefInfo', title('Outside')) }],
  ['extended', { operation: 'retrieve', confObjID: MAIN, inside: '<extensionName>confSummaryRequest</extensionName>' }],
  ['options', {}],
];

/** Valid requests of each kind, about conference `MAIN`; some with a subject. */
export const requestsOf = (name: Name): string[] =>
  REQUESTS.map(([message, request], place) =>
    requestText(message, {
      confUserID: idOf(name),
      ...request,
      ...(place % 4 === 0 && { subject: { username: name, password: 'demo' } }),
    }),
  );

/** Makes conference `MAIN`, which its system administrator may name. */
export const making = (name: Name): string =>
  requestText('conf', { confUserID: idOf(name), operation: 'create', inside: confInfo(MAIN, whole) });
