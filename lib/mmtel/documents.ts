import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { XconUserId } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import {
  barringRules,
  documentDefaults,
  readSimservs,
  UnusableDocument,
  type BarringRules,
  type DocumentLimits,
} from './simservs.ts';

/** A simservs document as it is kept. */
export interface StoredDocument {
  readonly user: XconUserId;
  readonly text: string;
}

/** Where documents survive a restart. */
export interface DocumentRepository {
  keep(id: string, document: StoredDocument): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly StoredDocument[]>;
}

export interface BarringLimits extends DocumentLimits {
  /** Documents of all users. */
  readonly documents: number;
  /** Documents whose rules are kept ready. */
  readonly ready: number;
}

export const barringDefaults: BarringLimits = { ...documentDefaults, documents: 100_000, ready: 10_000 };

export interface KeptDocument {
  readonly text: string;
  /** Names the document in this state (RFC 4825 §8.5), without quotes. */
  readonly tag: string;
  /** Read anew each time. */
  root(): XmlElement;
}

/** The document is not, or no more, in the state that its writer thought it was in. */
export class OutdatedDocument extends Error {}

/** Allows a write in the state that it finds: undefined where there is no document. */
export type Precondition = (tag: string | undefined) => boolean;

const NO_RULES: BarringRules = { incoming: [], outgoing: [] };

/** The simservs documents of the users. */
export class SimservsDocuments {
  readonly #repository: DocumentRepository;
  readonly #limits: BarringLimits;
  readonly #texts = new Map<XconUserId, string>();
  readonly #rules: LRUCache<XconUserId, BarringRules>;

  private constructor(repository: DocumentRepository, limits: BarringLimits) {
    this.#repository = repository;
    this.#limits = limits;
    this.#rules = new LRUCache({ max: limits.ready });
  }

  static async open(repository: DocumentRepository, limits: Partial<BarringLimits> = {}): Promise<SimservsDocuments> {
    const documents = new SimservsDocuments(repository, { ...barringDefaults, ...limits });
    for await (const slice of repository.all()) for (const { user, text } of slice) documents.#texts.set(user, text);
    return documents;
  }

  of(user: XconUserId): KeptDocument | undefined {
    const text = this.#texts.get(user);
    return text === undefined ? undefined : { text, tag: tagOf(text), root: () => readSimservs(text, this.#limits) };
  }

  /** What the document of a user bars; nothing where there is none. */
  rules(user: XconUserId): BarringRules {
    const text = this.#texts.get(user);
    if (text === undefined) return NO_RULES;
    let rules = this.#rules.get(user);
    if (rules === undefined) this.#rules.set(user, (rules = barringRules(readSimservs(text, this.#limits))));
    return rules;
  }

  /** Resolves to the new tag when it is durable. @throws {UnusableDocument} {OutdatedDocument} */
  async put(user: XconUserId, body: string | Uint8Array, allows: Precondition = always): Promise<string> {
    const before = this.#texts.get(user);
    if (!allows(before && tagOf(before))) throw new OutdatedDocument();
    barringRules(readSimservs(body, this.#limits));
    if (before === undefined && this.#texts.size >= this.#limits.documents)
      throw new UnusableDocument('constraint-failure', 'There are too many documents.');
    const text = typeof body === 'string' ? body : Buffer.from(body).toString();
    await this.#set(user, text, () => this.#repository.keep(user, { user, text }));
    return tagOf(text);
  }

  /** Whether there was one; resolves when it is durable. @throws {OutdatedDocument} */
  async remove(user: XconUserId, allows: Precondition = always): Promise<boolean> {
    const before = this.#texts.get(user);
    if (!allows(before && tagOf(before))) throw new OutdatedDocument();
    if (before === undefined) return false;
    await this.#set(user, undefined, () => this.#repository.forget(user));
    return true;
  }

  /** What is refused to be stored is not in force. */
  async #set(user: XconUserId, text: string | undefined, store: () => Promise<void>): Promise<void> {
    const before = this.#texts.get(user);
    this.#hold(user, text);
    try {
      await store();
    } catch (error) {
      if (this.#texts.get(user) === text) this.#hold(user, before);
      throw error;
    }
  }

  #hold(user: XconUserId, text: string | undefined): void {
    this.#rules.delete(user);
    if (text === undefined) this.#texts.delete(user);
    else this.#texts.set(user, text);
  }
}

const always = (): boolean => true;

const tagOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 27);
