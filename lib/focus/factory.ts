import type { Call as Asking } from '../conference/calls.ts';
import type { ChangeListener } from '../conference/changes.ts';
import { Refusal } from '../conference/refusal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { type Incoming, refuse } from '../sip/event/answering.ts';
import type { Request } from '../sip/message/request.ts';
import type { Uri } from '../sip/message/uri.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import { refusalOf } from './answers.ts';
import type { Identified, Identities } from './caller.ts';
import { offerIn } from './descriptions.ts';
import type { Records } from './dial-outs.ts';
import type { ListInvite } from './list-invite.ts';

/** A conference that an INVITE made. Plain data, as it is stored. */
export interface AdHoc {
  readonly conference: XconUri;
  readonly creator: XconUserId;
}

export interface FactorySettings {
  /** The part of the factory's URI before `@`. */
  readonly user: string;
  /** With whom its conferences end. */
  readonly ends: 'creator' | 'last';
}

export const factoryDefaults: FactorySettings = { user: 'conference-factory', ends: 'creator' };

export interface FactoryParts {
  readonly control: {
    create(call: Asking, source: { parent: XconUri }): Promise<{ readonly uri: XconUri }>;
    delete(call: Asking, uri: XconUri): Promise<void>;
  };
  readonly endpoints: { object(uri: XconUri): Promise<ConferenceObject | undefined> };
  readonly identities: Identities;
  /** Lets a caller into a conference, or answers why not: `Focus.take`. */
  readonly take: (server: ServerTransaction, conference: XconUri, identified: Identified) => Promise<void>;
  readonly lists: Pick<ListInvite, 'read' | 'call'>;
  /** The blueprint of a conference with these types of media. */
  readonly blueprint: (media: ReadonlySet<string>) => XconUri;
  readonly adHoc: Records<AdHoc>;
  readonly onChange: (listener: ChangeListener) => void;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly settings: FactorySettings;
  readonly report: (error: unknown) => void;
}

/** Makes conferences of INVITEs (RFC 4579 §5.4), with everybody whom they list (RFC 5366); they end with who made them. */
export class Factory {
  readonly #parts: FactoryParts;
  readonly #made = new Map<XconUri, AdHoc>();
  /** Those that nobody was in yet. */
  readonly #fresh = new Set<XconUri>();

  constructor(parts: FactoryParts) {
    this.#parts = parts;
    parts.onChange(({ uri, after }) => {
      const adHoc = this.#made.get(uri);
      if (adHoc !== undefined) this.#look(adHoc, after).catch(parts.report);
    });
  }

  /** Goes on with the conferences of before. */
  async open(): Promise<void> {
    for await (const slice of this.#parts.adHoc.all())
      for (const one of slice) {
        this.#made.set(one.conference, one);
        await this.#look(one, await this.#parts.endpoints.object(one.conference));
      }
  }

  /** Whether a URI is that of the factory. */
  serves(uri: Uri): boolean {
    const { identities, settings } = this.#parts;
    return uri.kind === 'sip' && uri.user === settings.user && identities.servesDomain(uri.host.toLowerCase());
  }

  /** An INVITE outside of dialogs. @throws {BadMessage} rejects */
  async invite(server: ServerTransaction): Promise<void> {
    const sender = await this.#parts.identities.identify(server);
    const recipients = 'status' in sender ? sender : this.#parts.lists.read(server.request);
    if ('status' in sender || 'status' in recipients) {
      refuse(server, 'status' in recipients ? recipients : { status: 401 });
      return;
    }
    const { principal, source } = sender;
    const caller = { kind: 'user', principal } as const;
    const asking: Asking = { caller, source, profile: 'standard' };
    const conference = await this.#make(server, asking);
    if (conference === undefined) return;
    await this.#keep({ conference, creator: principal.userId });
    await this.#parts.take(server, conference, { caller, source, anonymous: false });
    const object = await this.#parts.endpoints.object(conference);
    if (object?.users.get(principal.userId)?.facts.connected === true)
      await this.#parts.lists.call(asking, conference, recipients);
    else await this.#end({ conference, creator: principal.userId });
  }

  async #make(server: Incoming, asking: Asking): Promise<XconUri | undefined> {
    try {
      const parent = this.#parts.blueprint(mediaIn(server.request));
      return (await this.#parts.control.create(asking, { parent })).uri;
    } catch (error) {
      refuse(server, refusalOf(error, this.#parts.date(), undefined));
      return undefined;
    }
  }

  async #keep(adHoc: AdHoc): Promise<void> {
    this.#made.set(adHoc.conference, adHoc);
    this.#fresh.add(adHoc.conference);
    await this.#parts.adHoc.keep(adHoc.conference, adHoc);
  }

  /** Ends a conference that has lost who it ends with. */
  async #look(adHoc: AdHoc, object: ConferenceObject | undefined): Promise<void> {
    const { conference, creator } = adHoc;
    if (object === undefined) {
      await this.#forget(conference);
      return;
    }
    const { ends } = this.#parts.settings;
    const isIn = ends === 'creator' ? object.users.get(creator)?.facts.connected === true : object.header.active;
    if (isIn) this.#fresh.delete(conference);
    else if (!this.#fresh.has(conference)) await this.#end(adHoc);
  }

  async #end({ conference, creator }: AdHoc): Promise<void> {
    if (!this.#made.delete(conference)) return;
    const principal = { userId: creator, addresses: [], systemAdministrator: true };
    try {
      await this.#parts.control.delete(
        { caller: { kind: 'user', principal }, source: 'focus', profile: 'standard' },
        conference,
      );
    } catch (error) {
      // Its creator may have built on it: then it stays.
      if (!(error instanceof Refusal)) throw error;
    }
    await this.#forget(conference);
  }

  async #forget(conference: XconUri): Promise<void> {
    this.#made.delete(conference);
    this.#fresh.delete(conference);
    await this.#parts.adHoc.forget(conference);
  }
}

/** The types of media that an INVITE offers. */
const mediaIn = (request: Request): ReadonlySet<string> =>
  new Set([...(offerIn(request) ?? '').matchAll(/^m=(\w+) (?!0 )/gm)].map(([, type = '']) => type.toLowerCase()));
