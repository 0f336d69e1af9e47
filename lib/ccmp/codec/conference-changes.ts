import { CONFERENCE_INFO, PREFIXES, XCON } from '../../model/names.ts';
import { XmlElement, type XmlAttribute } from '../../xml/element.ts';
import { applyPatch } from '../../xml/patch.ts';

/** The extension that tells what changed in a conference after a version. */
export const CHANGES_SINCE = 'changesSince';
const NAMESPACE = 'urn:plenary:conference-changes';

const attribute = (local: string, value: string | number): XmlAttribute => ({
  namespace: '',
  local,
  value: String(value),
});
const element = (local: string, attributes: readonly XmlAttribute[], children: readonly XmlElement[] = []) =>
  new XmlElement(NAMESPACE, local, attributes, children);

/** What is asked: everything after this version. */
export const encodeSince = (version: number): XmlElement => element('since', [attribute('version', version)]);

/** Undefined when no version is asked for. */
export function decodeSince(elements: readonly XmlElement[] = []): number | undefined {
  const text =
    elements
      .find((one) => one.is(NAMESPACE, 'since'))
      ?.attribute('version')
      ?.trim() ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** The changes of a conference's document: operations of RFC 5261 in the prefixes of `PREFIXES`, and its sidebars. */
export interface Changes {
  readonly entity: string;
  readonly since: number;
  /** None when the reader is shown the same; undefined when only a retrieve tells. */
  readonly operations: readonly XmlElement[] | undefined;
  /** The sections `sidebars-by-ref` and `sidebars-by-val` as they are now; those that are not here are not there. */
  readonly sidebars: readonly XmlElement[];
}

export function encodeChanges({ entity, since, operations, sidebars }: Changes): XmlElement {
  const attributes = [attribute('since', since)];
  if (operations === undefined) return element('changes', attributes, [element('retrieve', [])]);
  const diff = new XmlElement(XCON, 'conference-info-diff', [attribute('entity', entity)], operations, PREFIXES);
  return element('changes', attributes, [
    ...(operations.length === 0 ? [] : [diff]),
    element('sidebars', [], sidebars),
  ]);
}

/** What a client was told. */
export class ConferenceChanges {
  /** The document of RFC 6502 §5.4 from the asked version to this one; undefined when nothing differs. */
  readonly diff: XmlElement | undefined;
  readonly sidebars: readonly XmlElement[];

  constructor(diff: XmlElement | undefined, sidebars: readonly XmlElement[]) {
    this.diff = diff;
    this.sidebars = sidebars;
  }

  /**
   * The document as it is now, from `conference-info` as it was retrieved in the asked version.
   * @throws {PatchError} when the document is another
   */
  applyTo(document: XmlElement): XmlElement {
    const bare = document.withChildren(document.children.filter((child) => !isSidebars(child)));
    const patched = this.diff === undefined ? bare : applyPatch(bare, this.diff);
    // RFC 4575 §5: sidebars stand behind users, which come last of what is before them.
    const before = patched.children.findLastIndex(
      (child) => child instanceof XmlElement && BEFORE_SIDEBARS.some((local) => child.is(CONFERENCE_INFO, local)),
    );
    return patched.withChildren(patched.children.toSpliced(before + 1, 0, ...this.sidebars));
  }
}

const BEFORE_SIDEBARS = ['conference-description', 'host-info', 'conference-state', 'users'];
const isSidebars = (child: unknown): boolean =>
  child instanceof XmlElement &&
  (child.is(CONFERENCE_INFO, 'sidebars-by-ref') || child.is(CONFERENCE_INFO, 'sidebars-by-val'));

/** `'retrieve'` when only a retrieve tells; undefined when there are no changes among the elements. */
export function decodeChanges(elements: readonly XmlElement[] = []): ConferenceChanges | 'retrieve' | undefined {
  const changes = elements.find((one) => one.is(NAMESPACE, 'changes'));
  if (changes === undefined) return undefined;
  if (changes.first(NAMESPACE, 'retrieve') !== undefined) return 'retrieve';
  const diff = changes.first(XCON, 'conference-info-diff');
  const sidebars = changes.first(NAMESPACE, 'sidebars')?.elements ?? [];
  return new ConferenceChanges(diff && withScope(diff, changes), sidebars);
}

/** Prefixes in selectors mean what was declared around them. */
function withScope(diff: XmlElement, { declarations }: XmlElement): XmlElement {
  const { namespace, local, attributes, children } = diff;
  return new XmlElement(namespace, local, attributes, children, [...declarations, ...diff.declarations]);
}
