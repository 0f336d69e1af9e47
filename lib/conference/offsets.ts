import { XCON } from '../model/names.ts';
import { XmlElement } from '../xml/element.ts';

/** What of an entry of conference-time is a moment of its first occurrence (RFC 6501 §4.2.5). */
const MOMENTS = new Set([
  'mixing-start-offset',
  'mixing-end-offset',
  'can-join-after-offset',
  'must-join-before-offset',
  'request-user',
]);

const isBase = (child: unknown): boolean => child instanceof XmlElement && child.is(XCON, 'base');

/** The entry with all its moments so much later, in milliseconds. */
export const withOffsetsMoved = (entry: XmlElement, by: number): XmlElement =>
  by === 0
    ? entry
    : entry.withChildren(
        entry.children.map((child) =>
          child instanceof XmlElement && child.namespace === XCON && MOMENTS.has(child.local)
            ? moved(child, by)
            : child,
        ),
      );

function moved(offset: XmlElement, by: number): XmlElement {
  const at = Date.parse(offset.text.trim());
  return Number.isNaN(at) ? offset : offset.withChildren([new Date(at + by).toISOString().replace('.000Z', 'Z')]);
}

/**
 * The entries of a new conference-time: those that say nothing but when (`base`) keep the offsets and the policy of the
 * entry in whose place they come, as far from the first occurrence as before.
 * @param startOf when the first occurrence of a base begins, in milliseconds since 1970; undefined where it can't be read
 */
export function withOffsetsKept(
  current: XmlElement | undefined,
  asked: XmlElement,
  startOf: (base: string) => number | undefined,
): XmlElement {
  const before = current?.all(XCON, 'entry') ?? [];
  const entries = asked.all(XCON, 'entry');
  if (before.length !== entries.length) return asked;
  const next = asked.children.map((child) => {
    const index = entries.findIndex((entry) => entry === child);
    const [entry, old] = [entries[index], before[index]];
    if (entry === undefined || old === undefined || !entry.elements.every(isBase)) return child;
    const [from, to] = [old, entry].map((one) => startOf(one.first(XCON, 'base')?.text ?? ''));
    if (from === undefined || to === undefined) return child;
    const kept = withOffsetsMoved(old, to - from).children.filter((one) => !isBase(one));
    return entry.withChildren([...entry.children, ...kept]);
  });
  return asked.withChildren(next);
}
