/** The client alone, as `plenary/client`: it loads no part of a server and no native module. */
export { CONFERENCE_INFO, info, XCON, xcon } from '../../model/names.ts';
export { XmlElement } from '../../xml/element.ts';
export { parse as parseXml } from '../../xml/parse.ts';
export { serialize as serializeXml } from '../../xml/serialize.ts';
export { ConferenceControlClient, type ClientOptions } from './client.ts';
export { CcmpError, TransportError } from './errors.ts';
