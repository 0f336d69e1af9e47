import { familyOf, groupsOf } from './address.ts';
import type { Endpoint } from './flow.ts';

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const COOKIE = 0x2112a442;
const HEADER = 20;

/**
 * The answer to a keep-alive over UDP (RFC 5626 §4.4.2): what its sender's address looks like from here (RFC 5389 §15.2).
 * Undefined for what is none; no SIP message begins like one (RFC 5389 §8).
 */
export function stunAnswer(bytes: Buffer, { address, port }: Endpoint): Buffer | undefined {
  const isRequest =
    bytes.length >= HEADER &&
    bytes.readUInt16BE(0) === BINDING_REQUEST &&
    bytes.readUInt16BE(2) === bytes.length - HEADER &&
    bytes.readUInt32BE(4) === COOKIE;
  if (!isRequest) return undefined;
  const family = familyOf(address);
  const octets =
    family === 4 ? address.split('.').map(Number) : groupsOf(address).flatMap((one) => [one >> 8, one & 255]);
  // The cookie and the transaction id behind it hide the address from NATs that would rewrite it.
  const masked = octets.map((octet, at) => octet ^ (bytes[4 + at] ?? 0));
  const answer = Buffer.alloc(HEADER + 8 + masked.length);
  bytes.copy(answer, 4, 4, HEADER);
  answer.writeUInt16BE(BINDING_SUCCESS, 0);
  answer.writeUInt16BE(answer.length - HEADER, 2);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER);
  answer.writeUInt16BE(4 + masked.length, HEADER + 2);
  answer.writeUInt8(family === 4 ? 1 : 2, HEADER + 5);
  answer.writeUInt16BE(port ^ (COOKIE >>> 16), HEADER + 6);
  answer.set(masked, HEADER + 8);
  return answer;
}
