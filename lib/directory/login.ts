import { lowerCase } from '../model/identifiers.ts';

/** A user by the name that people log in with; both parts lower case. */
export interface LoginName {
  readonly login: string;
  readonly domain: string;
}

export interface NameForms {
  /** The domain of a name without one. */
  readonly domain: string;
  /** Whether `sip:user@domain` is a name too, as in `<subject>` and Digest. */
  readonly sip?: boolean;
}

/** What survives unescaped in a SIP URI, an XCON-USERID and a Basic user-id alike; `+` begins phone numbers. */
const LOGIN = /^[a-z0-9+_][a-z0-9+_.~-]{0,63}$/;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

export const isLogin = (text: string): boolean => LOGIN.test(text);
export const isDomain = (text: string): boolean => DOMAIN.test(text);

/** Reads `login`, `user@domain` and, where allowed, `sip:user@domain`. Undefined when the text can be no user's name. */
export function readLoginName(name: string, { domain, sip = false }: NameForms): LoginName | undefined {
  const lower = lowerCase(name);
  const isSip = sip && lower.startsWith('sip:');
  const bare = isSip ? lower.slice('sip:'.length) : lower;
  const at = bare.lastIndexOf('@');
  if (at < 0 && isSip) return undefined;
  const read = at < 0 ? { login: bare, domain } : { login: bare.slice(0, at), domain: bare.slice(at + 1) };
  return isLogin(read.login) && isDomain(read.domain) ? read : undefined;
}

/** The names under which a user may send Digest credentials; each has its own hash (RFC 7616 §3.4.2). */
export const digestUsernames = ({ login, domain }: LoginName): readonly string[] => [
  login,
  `${login}@${domain}`,
  `sip:${login}@${domain}`,
];
