import { encodeRequest, type CcmpRequest } from '../../lib/ccmp/codec/request.ts';
import { info, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';

export const DOMAIN = 'example.com';
export const idOf = (name: string): string => `xcon-userid:${name}@${DOMAIN}`;

/** Somebody named who is not in the conference. */
export const named = (name: string): XmlElement =>
  info('user', { entity: idOf(name) }, [info('display-text', {}, [`Participant ${name}`])]);

/** A participant of a made conference: one phone, one audio stream. */
export const participant = (name: string): XmlElement =>
  info('user', { entity: idOf(name) }, [
    ...named(name).children,
    info('endpoint', { entity: `sip:${name}@phone.${DOMAIN}` }, [
      info('joining-method', {}, ['dialed-in']),
      info('media', { id: '1' }, [
        info('type', {}, ['audio']),
        info('label', {}, ['1']),
        info('status', {}, ['sendrecv']),
      ]),
    ]),
  ]);

/** A request as it is sent, and the login of the user who sends it. */
export interface Message {
  readonly by: string;
  readonly body: Buffer;
}

const message = (by: string, request: Omit<CcmpRequest, 'confUserID'>): Message => ({
  by,
  body: encodeRequest({ confUserID: idOf(by), ...request }),
});

export const retrieve = (by: string, uri: string): Message =>
  message(by, { type: 'conf', operation: 'retrieve', confObjID: uri });

export const list = (by: string, xpathFilter?: string): Message => message(by, { type: 'confs', xpathFilter });

export const retrieveSidebar = (by: string, uri: string): Message =>
  message(by, { type: 'sidebarByVal', operation: 'retrieve', confObjID: uri });

const renamed = (uri: string, subject: string): XmlElement =>
  info('conference-info', { entity: uri }, [info('conference-description', {}, [info('subject', {}, [subject])])]);

/** A confRequest/update of the subject. */
export const rename = (by: string, uri: string, subject: string): Message =>
  message(by, { type: 'conf', operation: 'update', confObjID: uri, info: renamed(uri, subject) });

export const renameSidebar = (by: string, uri: string, subject: string): Message =>
  message(by, { type: 'sidebarByVal', operation: 'update', confObjID: uri, info: renamed(uri, subject) });

/** A userRequest/update of somebody's audio. */
export const mute = (by: string, uri: string, name: string, muted: boolean): Message =>
  message(by, {
    type: 'user',
    operation: 'update',
    confObjID: uri,
    info: info('user', { entity: idOf(name) }, [
      info('endpoint', { entity: `sip:${name}@phone.${DOMAIN}` }, [
        info('media', { id: '1' }, [
          xcon('to-mixer', { name: 'audio' }, [xcon('controls', {}, [xcon('mute', {}, [String(muted)])])]),
        ]),
      ]),
    ]),
  });

/** A userRequest/create: she joins with her phone. */
export const join = (name: string, uri: string): Message =>
  message(name, { type: 'user', operation: 'create', confObjID: uri, info: participant(name) });

/** A userRequest/delete of oneself. */
export const leave = (name: string, uri: string): Message =>
  message(name, { type: 'user', operation: 'delete', confObjID: uri });
