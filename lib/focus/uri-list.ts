import { normaliseAddress } from '../model/identifiers.ts';
import type { Refusal } from '../sip/event/package.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import { BodyPart, bodyParts } from '../sip/message/multipart.ts';
import type { Request } from '../sip/message/request.ts';
import { XmlElement } from '../xml/element.ts';
import { parse, XmlError } from '../xml/parse.ts';
import { serialize } from '../xml/serialize.ts';

/** RFC 4826 §3.2, RFC 5364 §5. */
const RESOURCE_LISTS = 'urn:ietf:params:xml:ns:resource-lists';
const COPY_CONTROL = 'urn:ietf:params:xml:ns:copycontrol';
export const LIST_TYPE = 'application/resource-lists+xml';

/** Option tags of requests with lists of people (RFC 5366 §5, RFC 5368 §4). */
export const LIST_INVITE = 'recipient-list-invite';
export const MULTIPLE_REFER = 'multiple-refer';

const LEVELS = ['to', 'cc', 'bcc'] as const;

/** Somebody on a list. */
export interface Recipient {
  /** As written. */
  readonly uri: string;
  /** Who of the others may see that she is on it (RFC 5364 §4). */
  readonly copyControl: (typeof LEVELS)[number];
  /** The others see that there is somebody, not who. */
  readonly anonymize: boolean;
}

/**
 * The people on the lists that a request carries (RFC 5363 §4.1), each once; of the one body that `cid` names, where it is given.
 * Undefined without a list. @throws {BadMessage} 400, 413
 */
export function recipientsOf(request: Request, most: number, cid?: string): readonly Recipient[] | undefined {
  const lists = bodyParts(request).filter((part) => (cid === undefined ? isList(part) : isNamed(part, cid)));
  if (lists.length === 0) return undefined;
  const recipients = new Map<string, Recipient>();
  for (const part of lists) {
    if (part.contentType.type !== LIST_TYPE) throw new BadMessage(415, `Send a list as ${LIST_TYPE}`);
    for (const one of entriesIn(rootOf(part.body))) {
      const key = normaliseAddress(one.uri);
      recipients.set(key, merged(recipients.get(key), one));
      if (recipients.size > most) throw new BadMessage(413, `More than ${most} entries`);
    }
  }
  return [...recipients.values()];
}

const isList = ({ disposition }: BodyPart): boolean => disposition?.type === 'recipient-list';

/** RFC 2392 §2. */
const isNamed = (part: BodyPart, cid: string): boolean =>
  part
    .header('Content-ID')
    ?.trim()
    .replace(/^<(.*)>$/, '$1') === cid;

function rootOf(body: Buffer): XmlElement {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof XmlError) throw new BadMessage(400, 'Malformed resource list');
    throw error;
  }
}

/** Lists within the list are one with it. */
const entriesIn = (element: XmlElement): Recipient[] =>
  element.elements.flatMap((child) => {
    if (child.namespace !== RESOURCE_LISTS) return [];
    const uri = child.local === 'entry' ? child.attribute('uri')?.trim() : undefined;
    return uri === undefined ? entriesIn(child) : [recipient(child, uri)];
  });

function recipient(entry: XmlElement, uri: string): Recipient {
  const level = copyAttribute(entry, 'copyControl')?.toLowerCase();
  return {
    uri,
    copyControl: LEVELS.find((one) => one === level) ?? 'bcc', // RFC 5364 §4
    anonymize: ['true', '1'].includes(copyAttribute(entry, 'anonymize') ?? ''),
  };
}

/** RFC 5366 §6 writes the namespace with a capital. */
const copyAttribute = ({ attributes }: XmlElement, local: string): string | undefined =>
  attributes.find((one) => one.local === local && one.namespace.toLowerCase() === COPY_CONTROL)?.value.trim();

/** RFC 5364 §4: of several levels of one person the highest counts. */
function merged(before: Recipient | undefined, one: Recipient): Recipient {
  if (before === undefined) return one;
  const highest = LEVELS.indexOf(before.copyControl) <= LEVELS.indexOf(one.copyControl) ? before : one;
  return { ...highest, anonymize: before.anonymize || one.anonymize };
}

const ANONYMOUS = 'sip:anonymous@anonymous.invalid';

/** Who else has been asked, as each of them may see it (RFC 5364 §4); undefined where nobody may be seen. */
export function historyOf(recipients: readonly Recipient[]): BodyPart | undefined {
  const entries: XmlElement[] = [];
  for (const level of LEVELS) {
    if (level === 'bcc') continue;
    const these = recipients.filter(({ copyControl }) => copyControl === level);
    const named = these.filter(({ anonymize }) => !anonymize);
    for (const { uri } of named) entries.push(entry(uri, level));
    const hidden = these.length - named.length;
    if (hidden > 0) entries.push(entry(ANONYMOUS, level, hidden));
  }
  if (entries.length === 0) return undefined;
  const list = new XmlElement(RESOURCE_LISTS, 'list', [], entries);
  const declarations = [
    { prefix: '', namespace: RESOURCE_LISTS },
    { prefix: 'cp', namespace: COPY_CONTROL },
  ];
  const root = new XmlElement(RESOURCE_LISTS, 'resource-lists', [], [list], declarations);
  const fields = { 'Content-Type': LIST_TYPE, 'Content-Disposition': 'recipient-list-history;handling=optional' };
  return BodyPart.of(fields, Buffer.from(serialize(root)));
}

function entry(uri: string, level: string, count?: number): XmlElement {
  const copy = (local: string, value: string) => ({ namespace: COPY_CONTROL, local, value });
  const attributes = [{ namespace: '', local: 'uri', value: uri }, copy('copyControl', level)];
  return new XmlElement(RESOURCE_LISTS, 'entry', [
    ...attributes,
    ...(count === undefined ? [] : [copy('anonymize', 'true'), copy('count', String(count))]),
  ]);
}

/** Who is on a list has not agreed to be called (RFC 5363 §5.2, RFC 5360 §5.9). */
export const consentNeeded = (missing: readonly string[]): Refusal => ({
  status: 470,
  reason: 'Consent Needed',
  fields: [['Permission-Missing', missing.map((uri) => `<${uri}>`).join(', ')]],
});
