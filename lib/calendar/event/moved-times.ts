import { xcon, XCON } from '../../model/names.ts';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { planOf } from '../../schedule/plan.ts';
import type { XmlElement } from '../../xml/element.ts';

const OFFSETS = new Set([
  ...['mixing-start-offset', 'mixing-end-offset'],
  ...['can-join-after-offset', 'must-join-before-offset', 'request-user'],
]);

/** The `conference-time` with another iCalendar object in its first entry; moments that it names beside keep their distance. */
export function withBase(times: XmlElement | undefined, base: string): XmlElement {
  const fresh = xcon('base', {}, [base]);
  const [first, ...others] = times?.all(XCON, 'entry') ?? [];
  if (first === undefined) return xcon('conference-time', {}, [xcon('entry', {}, [fresh])]);
  const [before, after] = [startOf(first.first(XCON, 'base')?.text ?? ''), startOf(base)];
  const move = before === undefined || after === undefined ? 0 : after - before;
  const rest = first.elements.filter((child) => !child.is(XCON, 'base')).map((child) => moved(child, move));
  return xcon('conference-time', {}, [first.withChildren([fresh, ...rest]), ...others]);
}

function moved(child: XmlElement, move: number): XmlElement {
  const at = OFFSETS.has(child.local) ? Date.parse(child.text.trim()) : NaN;
  if (Number.isNaN(at) || move === 0) return child;
  return child.withChildren([new Date(at + move).toISOString().replace(/\.\d+/, '')]);
}

function startOf(base: string): number | undefined {
  try {
    return planOf(base, scheduleDefaults).start;
  } catch {
    return undefined; // the conference control says what is wrong with it
  }
}
