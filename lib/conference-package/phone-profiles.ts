/** What telephones need that contradicts what others need; chosen by User-Agent. */
export type PhoneProfile = 'standard' | 'last-status';

export interface PhoneProfiles {
  /**
   * Parts of User-Agent of clients for whom the last `status` within a user is that of her endpoint: they are told none of media,
   * which RFC 4575 §5.8.6 leaves open and others can not do without.
   */
  readonly lastStatusAgents: readonly string[];
}

export const phoneProfileDefaults: PhoneProfiles = { lastStatusAgents: ['MediaTek', 'MTK'] };

export function phoneProfileOf(agent: string | undefined, { lastStatusAgents }: PhoneProfiles): PhoneProfile {
  const text = agent?.toLowerCase() ?? '';
  return lastStatusAgents.some((part) => text.includes(part.toLowerCase())) ? 'last-status' : 'standard';
}

/** A body is the same for many, and so is what it becomes for a profile. */
const remembered = new WeakMap<Buffer, Buffer>();

/** Within `media` of endpoints only: those of the description are no part of a user. */
const MEDIA_STATUS = /(<media [^>]*>(?:(?!<\/media>|<status>).)*)<status>[^<]*<\/status>/gs;

/** The inside of a document of ours as the profile has it. */
export function dressedFor(profile: PhoneProfile, content: Buffer): Buffer {
  if (profile === 'standard') return content;
  let dressed = remembered.get(content);
  if (dressed === undefined)
    remembered.set(content, (dressed = Buffer.from(content.toString('utf8').replace(MEDIA_STATUS, '$1'), 'utf8')));
  return dressed;
}
