import type { Identity } from './identity.ts';

/** What a rule asks of a communication (RFC 4745 §7, 3GPP TS 24.611 §4.9.1.3, §4.9.1.4). */
export type Condition =
  | { readonly kind: 'identity'; readonly members: readonly Member[] }
  | { readonly kind: 'validity'; readonly periods: readonly Period[] }
  /** A type of media as in SDP: `audio`. */
  | { readonly kind: 'media'; readonly type: string }
  | { readonly kind: 'other-identity' | 'anonymous' | 'roaming' | 'communication-diverted' }
  /** Switches its rule off without removing it. */
  | { readonly kind: 'rule-deactivated' }
  /** What nobody here can know, as presence or a sphere, and what we do not understand: FALSE (RFC 4745 §7). */
  | { readonly kind: 'unknown' };

/** Whom an identity condition names: one, or many of a domain or of all. */
export type Member =
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'many'; readonly domain?: string; readonly except: readonly Exception[] };

export type Exception = { readonly id: string } | { readonly domain: string };

/** Milliseconds since 1970; `until` is not part of it. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

export interface Rule {
  readonly id: string;
  readonly conditions: readonly Condition[];
  readonly allow: boolean;
}

/** What rules are asked about: a communication with somebody, seen from the user whose rules they are. */
export interface Communication {
  /** Every proven name of the other party; none where nothing is proven. */
  readonly identities: readonly Identity[];
  readonly anonymous: boolean;
  /** Types of media, none where they are not known yet. */
  readonly media: readonly string[];
  readonly roaming: boolean;
  readonly diverted: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** `anonymity`: barred for the one reason that the other party does not show who it is (RFC 5079). */
export type Decision = 'allowed' | 'barred' | 'anonymity';

/**
 * Combines the rules that match (RFC 4745 §10.2, TS 24.611 §4.9.1.2): one that allows wins, none that matches allows, and
 * a rule that says nothing allows nothing.
 */
export function decide(rules: readonly Rule[], communication: Communication): Decision {
  // Whether any rule names the other party is found out once for all that ask.
  let named: boolean | undefined;
  const isNamed = (): boolean => (named ??= isNamedBy(rules, communication.identities));
  let decision: Decision = 'allowed';
  for (const { conditions, allow } of rules) {
    if (!conditions.every((condition) => holds(condition, communication, isNamed))) continue;
    if (allow) return 'allowed';
    const isForAnonymity = conditions.some(({ kind }) => kind === 'anonymous');
    if (!isForAnonymity) decision = 'barred';
    else if (decision === 'allowed') decision = 'anonymity';
  }
  return decision;
}

/** Whether a rule would bar something at a moment. */
export const isActive = ({ allow, conditions }: Rule, at: number): boolean =>
  !allow &&
  conditions.every((one) => one.kind !== 'rule-deactivated' && (one.kind !== 'validity' || isWithin(one.periods, at)));

function holds(condition: Condition, communication: Communication, isNamed: () => boolean): boolean {
  switch (condition.kind) {
    case 'identity':
      return condition.members.some((member) => includes(member, communication.identities));
    case 'other-identity':
      return !isNamed();
    case 'validity':
      return isWithin(condition.periods, communication.at);
    case 'media':
      return communication.media.includes(condition.type);
    case 'anonymous':
      return communication.anonymous;
    case 'roaming':
      return communication.roaming;
    case 'communication-diverted':
      return communication.diverted;
    case 'rule-deactivated':
    case 'unknown':
      return false;
  }
}

const isWithin = (periods: readonly Period[], at: number): boolean =>
  periods.some(({ from, until }) => from <= at && at < until);

/** Somebody has several names: any may be meant, and an exception for any of them excepts him. */
function includes(member: Member, identities: readonly Identity[]): boolean {
  if (member.kind === 'one') return identities.some(({ name }) => name === member.id);
  const { domain, except } = member;
  return (
    identities.some((one) => domain === undefined || one.domain === domain) &&
    !except.some((exception) => identities.some((one) => isExcepted(exception, one)))
  );
}

const isExcepted = (exception: Exception, { name, domain }: Identity): boolean =>
  'id' in exception ? exception.id === name : exception.domain === domain;

/** Whether an identity condition of any rule means him (OMA XDM other-identity). */
const isNamedBy = (rules: readonly Rule[], identities: readonly Identity[]): boolean =>
  rules.some(({ conditions }) =>
    conditions.some(
      (condition) => condition.kind === 'identity' && condition.members.some((member) => includes(member, identities)),
    ),
  );
