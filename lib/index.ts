/** The public surface: a client of any CCMP server, and the conferencing system to embed. */
export { ConferenceControlClient, type ClientOptions } from './ccmp/client/client.ts';
export { CcmpError, TransportError } from './ccmp/client/errors.ts';
export { loadConfig } from './config.ts';
export { createLogger } from './http/access-log.ts';
export { ConferencingSystem } from './system.ts';
export { XmlElement } from './xml/element.ts';
export { parse as parseXml } from './xml/parse.ts';
export { serialize as serializeXml } from './xml/serialize.ts';
