import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject, ObjectEdit, ObjectKind } from '../model/conference-object.ts';
import { domainOf, generateXconUri, parseXconUri, sipUriOf, type XconUri } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { childDefinition, expanded } from '../model/shape.ts';
import type { XmlElement } from '../xml/element.ts';
import { highestNumber, isGenerated, Placeholders } from './auto-generate.ts';
import type { Call } from './calls.ts';
import { copyParent, copySections, enrolCreator, newObject, withoutDescribed } from './cloning.ts';
import type { ControlLimits } from './control-parts.ts';
import { enrolTargets } from './enrolment.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import type { Identities, People } from './people.ts';
import { Refusal } from './refusal.ts';
import { readRequest } from './request-document.ts';
import { mergeUsers } from './roster.ts';
import { keepsEnforced } from './rights.ts';
import { mergeSections, sectionDefinition } from './sections.ts';
import { inheritRoster } from './sidebar-roster.ts';
import { refuseSidebars } from './updating.ts';
import type { Reader } from './views.ts';

export interface Making {
  readonly call: Call;
  readonly kind: Exclude<ObjectKind, 'blueprint'>;
  readonly parent: { readonly object: ConferenceObject; readonly reader: Reader };
  readonly document: XmlElement | undefined;
  /** Its name, where that is known already. */
  readonly uri?: XconUri | undefined;
  readonly identities: Identities;
  readonly people: People;
  readonly limits: ControlLimits;
}

/**
 * A new conference object: a clone of a parent or, with a document, what that describes (RFC 6503 §5.3.4). A sidebar has
 * the people of its main conference, unless a document names others (§5.3.8).
 */
export function conferenceFrom(making: Making): ObjectEdit {
  const { call, kind, parent, document, identities, people, limits } = making;
  const creator = creatorOf(call);
  const uri = making.uri ?? newUri(document, people, creator.systemAdministrator);
  const isClone = parent.object.header.kind === 'conference';
  const edit = newObject(uri, {
    kind,
    ...(isClone && { parent: { uri: parent.object.uri, independent: false } }),
    ...foreignAttributes(document),
  });
  const sipUri = sipUriOf(uri, people.domain);
  const options = { passwordDigits: limits.passwordDigits, sipUri };
  if (kind === 'conference') copyParent(edit, parent.object, parent.reader, options);
  else {
    copySections(edit, parent.object, parent.reader, options);
    inheritRoster(edit, parent.object, parent.reader, document?.first(CONFERENCE_INFO, 'users') === undefined);
  }
  if (document !== undefined) {
    const copied = edit.now;
    describe(edit, document, identities, people);
    refuseUnenforced(copied, edit.now);
  }
  enrolCreator(edit, creator, identities);
  enrolTargets(edit, identities, people.domain);
  return edit;
}

/** What the default blueprint enforces holds for conferences that their creators describe as well (RFC 5239 §7.1). */
function refuseUnenforced(copied: ConferenceObject, described: ConferenceObject): void {
  for (const [key, { element }] of copied.sections) {
    if (!keepsEnforced(sectionDefinition(key), element, described.sections.get(key)?.element))
      throw new Refusal('not-allowed', `<${element.local}> holds what is set for every conference here.`);
  }
}

/** The document without what the server alone says of a conference: its parents, its counts. */
const withoutServers = (document: XmlElement): XmlElement =>
  document.withChildren(
    document.elements.map((section) => {
      const definition = sectionDefinition(expanded(section));
      if (definition === undefined) return section;
      const isServers = (child: XmlElement): boolean => childDefinition(definition, child)?.changes === 'server';
      return section.elements.some(isServers)
        ? section.withChildren(section.elements.filter((child) => !isServers(child)))
        : section;
    }),
  );

function creatorOf({ caller }: Call): Principal {
  if (caller.kind === 'user') return caller.principal;
  throw new Refusal('authentication-required', 'Authenticate to create a conference.');
}

function describe(edit: ObjectEdit, document: XmlElement, identities: Identities, people: People): void {
  refuseSidebars(document);
  const raw = withoutServers(document);
  const placeholders = new Placeholders((domain) => people.servesDomain(domain));
  placeholders.assign(raw.attribute('entity') ?? '', edit.now.uri.slice('xcon:'.length).replace(/@.*$/, ''));
  withoutDescribed(edit, raw);
  const description = edit.now.sections.get(DESCRIPTION_SECTION)?.element;
  const request = readRequest(raw, placeholders, () => Math.max(highestNumber(description), highestNumber(raw)));
  mergeSections(edit, request.element);
  mergeUsers(edit, request.users, identities, people.domain);
}

/**
 * The XCON-URI of what a document describes: generated where that is left to the server. Only a system administrator
 * names a conference himself; to others every name is taken, so that nobody can try which are (RFC 6501 §8).
 */
function newUri(document: XmlElement | undefined, people: People, maySay: boolean): XconUri {
  const entity = document?.attribute('entity')?.trim() ?? '';
  if (entity === '') return generateXconUri(people.domain);
  const domain = domainOf(entity);
  if (domain === undefined ? isGenerated(entity) : people.servesDomain(domain)) {
    if (isGenerated(entity)) return generateXconUri(domain ?? people.domain);
  } else if (isGenerated(entity)) {
    throw new Refusal('foreign-domain', `This server makes conferences only in the domains that it serves.`);
  }
  const uri = parseXconUri(entity);
  if (uri === undefined)
    throw new Refusal('malformed', 'The entity of a conference must be an XCON-URI: xcon:id@domain.');
  if (!maySay)
    throw new Refusal('conflict', `The entity is taken: send xcon:AUTO_GENERATE_1@${people.domain} to get one.`);
  return uri;
}

const foreignAttributes = (document: XmlElement | undefined) => {
  const attributes = document?.attributes.filter((one) => one.namespace !== '') ?? [];
  return attributes.length === 0 ? {} : { attributes };
};

/** A new blueprint as a document describes it; it names no creator and holds no password (RFC 6503 §5.3.1). */
export function blueprintFrom(document: XmlElement, identities: Identities, people: People): ObjectEdit {
  const edit = newObject(newUri(document, people, true), { kind: 'blueprint', ...foreignAttributes(document) });
  describe(edit, document, identities, people);
  if (!edit.now.sections.has(DESCRIPTION_SECTION))
    mergeSections(edit, info('conference-info', {}, [info('conference-description')]));
  return edit;
}
