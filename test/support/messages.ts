import { CCMP, type MessageName, type Operation } from '../../lib/ccmp/codec/messages.ts';
import { CONFERENCE_INFO, XCON } from '../../lib/model/names.ts';
import { calendar } from '../schedule/calendars.ts';

export interface Request {
  readonly confUserID?: string | undefined;
  readonly confObjID?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly password?: string | undefined;
  readonly subject?: { readonly username: string; readonly password: string } | undefined;
  /** What the specialised element holds, as XML. */
  readonly inside?: string | undefined;
  /** Where RFC 6504 prints another. */
  readonly namespace?: string | undefined;
}

/** A CCMP request as RFC 6503 §6 writes its examples. */
export function requestText(name: MessageName, request: Request = {}): string {
  const { confUserID, confObjID, operation, password, subject, inside = '', namespace = CCMP } = request;
  const parameters = [
    subject && `<subject><username>${subject.username}</username><password>${subject.password}</password></subject>`,
    confUserID && `<confUserID>${confUserID}</confUserID>`,
    confObjID && `<confObjID>${confObjID}</confObjID>`,
    operation && `<operation>${operation}</operation>`,
    password && `<conference-password>${password}</conference-password>`,
    name !== 'options' && `<ccmp:${name}Request>${inside}</ccmp:${name}Request>`,
  ];
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ccmp:ccmpRequest
      xmlns:info="${CONFERENCE_INFO}"
      xmlns:ccmp="${namespace}"
      xmlns:xcon="${XCON}">
   <ccmpRequest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xsi:type="ccmp:ccmp-${name}-request-message-type">
      ${parameters.filter(Boolean).join('\n      ')}
   </ccmpRequest>
</ccmp:ccmpRequest>`;
}

export const blueprintInfo = (entity: string, content: string): string =>
  `<blueprintInfo entity="${entity}">${content}</blueprintInfo>`;
export const confInfo = (entity: string, content: string): string =>
  `<confInfo entity="${entity}">${content}</confInfo>`;
export const usersInfo = (content: string): string => `<usersInfo>${content}</usersInfo>`;
export const userInfo = (entity: string, content = ''): string => `<userInfo entity="${entity}">${content}</userInfo>`;

/** Changes of the conference-description. */
export const description = (content: string): string =>
  `<info:conference-description>${content}</info:conference-description>`;
/** An hour from DTSTART on, with further lines of its event. */
export const scheduledAt = (start: string, ...lines: string[]): string =>
  description(
    `<xcon:conference-time><xcon:entry><xcon:base>${calendar([`DTSTART:${start}`, 'DURATION:PT1H', ...lines])}</xcon:base></xcon:entry></xcon:conference-time>`,
  );
/** Changes of users and of the settings beside them. */
export const users = (content: string): string => `<info:users>${content}</info:users>`;
export const title = (text: string): string => description(`<info:display-text>${text}</info:display-text>`);
/** An endpoint, with the media in it. */
export const endpoint = (entity: string, content = ''): string =>
  `<info:endpoint entity="${entity}">${content}</info:endpoint>`;
export const allowed = (...targets: (readonly [uri: string, method: string])[]): string =>
  `<xcon:allowed-users-list>${targets
    .map(([uri, method]) => `<xcon:target uri="${uri}" method="${method}"/>`)
    .join('')}</xcon:allowed-users-list>`;
