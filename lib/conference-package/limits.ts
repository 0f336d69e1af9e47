import type { ExpiresLimits } from '../sip/event/package.ts';
import { acknowledgedDefaults, type AcknowledgedLimits } from './acknowledged.ts';
import { phoneProfileDefaults, type PhoneProfiles } from './phone-profiles.ts';

export interface ListLimits {
  /** The part before `@` of the URI by which somebody subscribes to all conferences of hers (RFC 4662). */
  readonly user: string;
  /** Conferences of one list at most. */
  readonly entries: number;
  /** Between two notifications of a list, in milliseconds. */
  readonly interval: number;
}

export interface ConferencePackageLimits {
  readonly expires: ExpiresLimits;
  readonly lists: ListLimits;
  readonly profiles: PhoneProfiles;
  /** Versions of documents that are reserved with each record: as many as CSeq. */
  readonly versionBlock: number;
  readonly acknowledged: AcknowledgedLimits;
  /** Bytes of the largest document that is sent by datagrams to who can not be reached by TCP. */
  readonly datagram: number;
  /** Seconds after which a subscriber may come again for whom nothing is small enough. */
  readonly tooLargeRetry: number;
}

/** RFC 4575 §3.3: an hour. */
export const conferencePackageDefaults: ConferencePackageLimits = {
  expires: { default: 3_600, minimum: 60, maximum: 86_400 },
  lists: { user: 'conferences', entries: 50, interval: 5_000 },
  profiles: phoneProfileDefaults,
  versionBlock: 1_000,
  acknowledged: acknowledgedDefaults,
  datagram: 60_000,
  tooLargeRetry: 3_600,
};
