import type { Call } from '../conference/calls.ts';
import { Refusal as Refused } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import { parseXconUri, type XconUri, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { Clock } from '../sip/clock.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { PublishedPackage } from '../sip/event/compositor.ts';
import type { ExpiresLimits, Refusal } from '../sip/event/package.ts';
import type { Publication } from '../sip/event/publications.ts';
import type { XmlElement } from '../xml/element.ts';
import { parse, XmlError } from '../xml/parse.ts';
import { conferenceOf } from './addresses.ts';
import { PHONE } from './formats.ts';
import type { ConferencePackageParts } from './package.ts';
import { refusalOf } from './refusals.ts';
import { callOf } from './subscribing.ts';

/** The conference control, as far as other focuses need it. */
export interface PublishableControl {
  /** Without users only whether it may. @throws {Refusal} to who is no focus of the conference */
  publish(call: Call, uri: XconUri, users?: readonly XmlElement[]): Promise<void>;
}

/** Who published what must be taken back when they come no more. */
export interface PublishedRecord {
  readonly conference: XconUri;
  readonly focus: XconUserId;
}

export interface PublicationRepository {
  keep(id: string, record: PublishedRecord): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly PublishedRecord[]>;
}

export interface ConferencePublicationsParts extends Pick<ConferencePackageParts, 'senders' | 'people' | 'report'> {
  readonly control: PublishableControl;
  readonly repository: PublicationRepository;
  readonly clock: Clock;
  readonly expires?: ExpiresLimits;
}

/** RFC 3903 §6: seconds. */
export const publicationExpires: ExpiresLimits = { default: 3_600, minimum: 60, maximum: 3_600 };

/** Takes from other focuses who is in a conference through them (RFC 3903, RFC 4575 §5.6.4). */
export class ConferencePublications implements PublishedPackage {
  readonly name = 'conference';
  readonly mediaTypes = [PHONE];
  readonly expires: ExpiresLimits;
  readonly #parts: ConferencePublicationsParts;
  /** Of each resource, the last change under way. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(parts: ConferencePublicationsParts) {
    this.#parts = parts;
    this.expires = parts.expires ?? publicationExpires;
  }

  async admit(server: Incoming): Promise<{ readonly resource: string } | Refusal> {
    const { people, senders, control } = this.#parts;
    const conference = conferenceOf(server.request.uri, people.domain, (domain) => people.servesDomain(domain));
    if (conference === undefined) return { status: 404 };
    const sender = await senders.identify(server);
    if ('status' in sender) return sender;
    try {
      await control.publish(callOf(sender.principal, sender.source), conference);
      if (server.request.body.length > 0) usersIn(server.request.body);
    } catch (error) {
      if (error instanceof XmlError) return { status: 400, reason: 'Malformed conference-info' };
      return refusalOf(error);
    }
    return { resource: resourceOf({ conference, focus: sender.principal.userId }) };
  }

  published(resource: string, publications: readonly Publication[]): void {
    const users = publications.flatMap(({ body }) => usersIn(body));
    void this.#apply(resource, users);
  }

  /** After a restart nobody knows what is published still: what no focus publishes anew is taken back in time. */
  async resume(): Promise<void> {
    const seen = new Set<string>();
    for await (const records of this.#parts.repository.all()) for (const one of records) seen.add(resourceOf(one));
    for (const resource of seen)
      this.#parts.clock.after(this.expires.maximum * 1_000, () => {
        if (!this.#fresh.has(resource)) void this.#apply(resource, []);
      });
  }

  /** Resources that were published to since the start. */
  readonly #fresh = new Set<string>();

  #apply(resource: string, users: readonly XmlElement[]): Promise<void> {
    this.#fresh.add(resource);
    const turn = (this.#turns.get(resource) ?? Promise.resolve())
      .then(() => this.#publish(resource, users))
      .catch((error: unknown) => {
        // The conference is no more, or takes nobody now.
        if (!(error instanceof Refused)) this.#parts.report(error);
      })
      .finally(() => {
        if (this.#turns.get(resource) === turn) this.#turns.delete(resource);
      });
    this.#turns.set(resource, turn);
    return turn;
  }

  async #publish(resource: string, users: readonly XmlElement[]): Promise<void> {
    const { control, people, repository } = this.#parts;
    const record = recordOf(resource);
    const listed = record && (await people.principalById(record.focus));
    const principal: Principal | undefined =
      listed ?? (record && { userId: record.focus, addresses: [], systemAdministrator: false });
    if (record === undefined || principal === undefined) return;
    if (users.length > 0) await repository.keep(resource, record);
    await control.publish(callOf(principal, 'publication'), record.conference, users);
    if (users.length === 0) await repository.forget(resource);
  }
}

const resourceOf = ({ conference, focus }: PublishedRecord): string => `${conference} ${focus}`;

function recordOf(resource: string): PublishedRecord | undefined {
  const [uri = '', focus = ''] = resource.split(' ');
  const conference = parseXconUri(uri);
  return conference && { conference, focus: focus as XconUserId };
}

/** The users of a whole document, in whatever prefixes; nobody of one that says the conference is over. */
function usersIn(body: Buffer): XmlElement[] {
  const root = parse(body);
  const isWhole = root.is(CONFERENCE_INFO, 'conference-info') && root.attribute('state') !== 'partial';
  if (!isWhole) throw new XmlError('a whole conference-info is published', 1, 1);
  if (root.attribute('state') === 'deleted') return [];
  return root.first(CONFERENCE_INFO, 'users')?.all(CONFERENCE_INFO, 'user') ?? [];
}
