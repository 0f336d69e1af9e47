/** RFC 3403 §4.1. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** The name of the server. */
  readonly name: string;
}

/** Records of a name, none where it has none. */
export interface Answer<R> {
  readonly records: readonly R[];
  /** Seconds for which they may be used. */
  readonly ttl: number;
}

/** The domain name system, as RFC 3263 asks it. Every method rejects when the answer is not known, as opposed to none. */
export interface Resolver {
  naptr(name: string): Promise<Answer<NaptrRecord>>;
  srv(name: string): Promise<Answer<SrvRecord>>;
  /** Numeric addresses of the family. */
  addresses(name: string, family: 4 | 6): Promise<Answer<string>>;
}
