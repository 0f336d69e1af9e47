import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import type { ObjectAccess } from './access.ts';
import { blueprintReader } from './blueprint-control.ts';
import type { Call } from './calls.ts';
import type { ControlParts } from './control-parts.ts';
import { conferenceFrom, type Making } from './making.ts';
import type { ConferenceObjects } from './objects.ts';
import type { Identities } from './people.ts';
import { Refusal } from './refusal.ts';
import type { AskedSeries, ChangedSeries } from './series-changes.ts';
import { readerOf } from './views.ts';

/** What a conference is made from: neither is the default blueprint; both are refused. */
export interface Source {
  readonly parent?: XconUri;
  readonly document?: XmlElement;
  /** Its name, where the server's own part that makes it has noted down a fresh one. */
  readonly uri?: XconUri;
}

/** Clones a parent, or builds from a document, or clones the default blueprint (RFC 6503 §5.3.4). */
export async function createConference(
  objects: ConferenceObjects,
  { people, limits, defaultBlueprint }: Pick<ControlParts, 'people' | 'limits' | 'defaultBlueprint'>,
  call: Call,
  source: Source,
  occurrences: AskedSeries['occurrences'] = [],
): Promise<ChangedSeries> {
  if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to create a conference.');
  const { document, uri } = source;
  if (source.parent !== undefined && document !== undefined) {
    throw new Refusal(
      'malformed',
      'Send the confObjID of a parent to clone, or a confInfo, not both (RFC 6503 §5.3.4).',
    );
  }
  const parent = await parentOf(objects.access, call, source.parent ?? defaultBlueprint);
  const make = (identities: Identities) =>
    conferenceFrom({ call, kind: 'conference', parent, document, uri, identities, people, limits });
  return objects.create(call, document, make, occurrences);
}

/** What a conference is made from, as its creator sees it. */
async function parentOf(access: ObjectAccess, call: Call, uri: XconUri): Promise<Making['parent']> {
  const standard: Call = { ...call, profile: 'standard' };
  const object = await access.object(uri, ['blueprint', 'conference'], call);
  if (object.header.kind === 'blueprint') return { object, reader: blueprintReader(standard) };
  return { object, reader: readerOf(standard, await access.letIn(object, call)) };
}
