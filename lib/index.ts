/** The public surface: a client of any CCMP server, and the conferencing system to embed. */
export {
  CcmpError,
  ConferenceControlClient,
  parseXml,
  serializeXml,
  TransportError,
  XmlElement,
  type ClientOptions,
} from './ccmp/client/index.ts';
export { loadConfig } from './config.ts';
export { createLogger } from './http/access-log.ts';
export { ConferencingSystem } from './system.ts';
