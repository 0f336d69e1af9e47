export { BadMessage } from './bad-message.ts';
export { unquote, quote } from './cursor.ts';
export * as headers from './headers/index.ts';
export type { ListHeader, SingleHeader } from './headers/definition.ts';
export { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
export { Message, type FieldChanges } from './message.ts';
export { NameAddress } from './name-address.ts';
export { Parameters } from './parameters.ts';
export { ownText } from './own-text.ts';
export { parse } from './parse.ts';
export { parseUri } from './parse-uri.ts';
export { reasonPhrase } from './reason-phrases.ts';
export { Request } from './request.ts';
export { Response, type ResponseParts } from './response.ts';
export { serialize, type Serialized } from './serialize.ts';
export { clientKey, transactionKey } from './transaction-key.ts';
export { OpaqueUri, SipUri, TelUri, type SipUriParts, type Uri } from './uri.ts';
export { Via } from './via.ts';
export {
  bodyParts,
  BodyPart,
  joinMultipart,
  MULTIPART_LIMITS,
  splitMultipart,
  type MultipartLimits,
} from './multipart.ts';
export { equalUris } from './equal-uris.ts';
export { validate } from './validate.ts';
