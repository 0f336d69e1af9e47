import type { Principal } from '../directory/principal.ts';
import type { SeriesChild } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { XmlAttribute, XmlElement } from '../xml/element.ts';

/**
 * Who calls: an authenticated user; a guest by the id that is her secret; or somebody unknown, who may only try to
 * enter a conference of the admission policy `anonymous` (RFC 6503 §5.3.6, third case).
 */
export type Caller =
  | { readonly kind: 'user'; readonly principal: Principal }
  | { readonly kind: 'guest'; readonly userId: XconUserId }
  | { readonly kind: 'newcomer' };

/** How an answer is dressed for a client whose needs contradict another's; chosen by User-Agent. */
export type Profile = 'standard' | 'linphone';

/** What every call of the conference control carries. */
export interface Call {
  readonly caller: Caller;
  /** The conference password that came with the request. */
  readonly password?: string;
  /** Where the request came from (an IP address), for limits on attempts. */
  readonly source: string;
  readonly profile: Profile;
}

/** What one reader may see of an element, as UTF-8 pieces to stand where the prefixes of `PREFIXES` are declared. */
export interface View {
  readonly attributes: readonly XmlAttribute[];
  readonly content: readonly Buffer[];
}

/** An entry of a list of objects (RFC 4575 uri-type). */
export interface ObjectEntry {
  readonly uri: XconUri;
  readonly displayText?: string;
  readonly purpose?: string;
}

/** A conference object as its reader may see it; `view` is the inside of `conference-info` or of `users`. */
export interface ObjectAnswer {
  readonly uri: XconUri;
  readonly version: number;
  readonly view: View;
  /** What is to be said beside it, to people. */
  readonly note?: string;
  /** Children of a series that its change has made or changed. */
  readonly children?: readonly SeriesChild[];
}

/** Sidebars of a conference as their reader may see them: the inside of `sidebars-by-ref` or `sidebars-by-val`. */
export interface SidebarsAnswer {
  /** Of the main conference (RFC 6503 §5.3.7). */
  readonly version: number;
  readonly entries: readonly Buffer[];
}

/** A conference in four lines (RFC 6503 §6.9), as its reader may see it. */
export interface SummaryAnswer {
  readonly version: number;
  readonly summary: {
    readonly title: string;
    /** Undefined where the reader may not know. */
    readonly status: 'active' | 'registered' | undefined;
    /** Whether everybody who has an account may take part. */
    readonly public: boolean;
    /** The types of its media. */
    readonly media: readonly string[];
  };
}

/** What changed in a conference for its reader, without its sidebars; these stand beside it as they are now. */
export interface ChangesAnswer {
  readonly version: number;
  /** Operations of RFC 5261 in the prefixes of `PREFIXES`; undefined when only a retrieve tells. */
  readonly operations: readonly XmlElement[] | undefined;
  readonly sidebars: readonly XmlElement[];
}

export interface UserAnswer {
  readonly version: number;
  /** The XCON-USERID of the caller: fresh for a newcomer. */
  readonly caller: XconUserId;
  /** The user as the caller may see it. */
  readonly user: XmlElement;
}
