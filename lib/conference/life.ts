import type { ConferenceObject, ObjectEdit, RunningOccurrence } from '../model/conference-object.ts';
import { info, POLICY } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { rolesOf } from '../model/user.ts';
import type { ConferenceTime, Window } from '../schedule/conference-time.ts';
import { XmlElement } from '../xml/element.ts';
import { DESCRIPTION_SECTION, STATE_SECTION } from './lists.ts';
import { mixesNow, showMixing } from './mixing.ts';
import { endOccurrence, settleOccurrence } from './occurrence.ts';
import { Refusal } from './refusal.ts';

// reservation → window opens, active → (end announced) → ended → next window …, or over. What happened is in the header;
// what is due follows from it, from the times and from the clock, so whoever looks late finds the same.

/** Brings a conference to where it stands by its times at a moment. Without times its people alone decide. */
export function followClock(edit: ObjectEdit, time: ConferenceTime | undefined, now: number): void {
  if (time === undefined) {
    setLife(edit, undefined, undefined);
    settleOccurrence(edit);
    return;
  }
  let running = refreshed(edit, time);
  if (running !== undefined && isOver(running, edit, time, now)) {
    endOccurrence(edit);
    edit.setHeader({ ...edit.now.header, passed: Math.max(running.start, edit.now.header.passed ?? -Infinity) });
    setLife(edit, undefined, undefined);
    running = undefined;
  }
  if (running === undefined) {
    const next = nextWindow(edit.now, time, now);
    if (next === undefined || next.opens > now) {
      setLife(edit, undefined, next?.opens);
      return;
    }
    running = occurrenceOf(next);
  }
  const { warns, ends, announced } = running;
  if (warns !== undefined && warns <= now && ends !== undefined && announced !== true) {
    running = { ...running, announced: true };
    announce(edit, ends);
  }
  const mixing = mixesNow(running, edit, now);
  showMixing(edit, mixing);
  if (mixing !== (running.mixing === true)) running = { ...running, mixing };
  begin(edit, running);
  setLife(edit, running, dueOf(running, time, now));
}

function begin(edit: ObjectEdit, running: RunningOccurrence): void {
  if (!edit.now.header.active) edit.setHeader({ ...edit.now.header, active: true, occurrence: running });
}

/** Somebody starts the next occurrence before its time, and so the mixing of its media. */
export const beginEarly = (edit: ObjectEdit, next: Window, now: number): void =>
  begin(edit, occurrenceOf({ ...next, mixes: Math.min(next.mixes, now) }));

const occurrenceOf = (window: Window): RunningOccurrence => ({
  ...partOf(window),
  ...(window.mixes !== window.start && { mixes: window.mixes }),
  ...(window.mixingNeeds !== 'none' && { mixingNeeds: window.mixingNeeds }),
});

const partOf = ({ id, start, asks, closes, ends, warns, extendable, lastingNeeds }: Window): RunningOccurrence => ({
  id,
  start,
  ...(asks !== undefined && { asks }),
  ...(closes !== undefined && { closes }),
  ...(ends !== undefined && { ends }),
  ...(warns !== undefined && { warns }),
  ...(extendable && { extendable }),
  ...(lastingNeeds !== 'none' && { needs: lastingNeeds }),
});

/** What goes on, with the times that it has after a change of the description; its end, if it was moved by hand, stays. */
function refreshed(edit: ObjectEdit, time: ConferenceTime): RunningOccurrence | undefined {
  const { header, sections } = edit.now;
  const running = header.occurrence;
  if (running === undefined) {
    // It went on before it got times, so it goes on until the last one leaves.
    return header.active ? { id: '', start: 0 } : undefined;
  }
  if (sections.get(DESCRIPTION_SECTION) === edit.before.sections.get(DESCRIPTION_SECTION) || running.id === '')
    return running;
  for (const window of time.from(running.start - DAY)) {
    if (window.id === running.id) return { ...occurrenceOf(window), ...stepsOf(running) };
    if (window.start > running.start + DAY) break;
  }
  const open = time.upTo(running.start);
  return open?.id === running.id ? occurrenceOf(open) : { ...running, ends: 0 };
}

/** What has happened in an occurrence. */
const stepsOf = ({ announced, mixing }: RunningOccurrence) => ({
  ...(announced && { announced }),
  ...(mixing && { mixing }),
});

const DAY = 86_400_000;

function isOver(running: RunningOccurrence, edit: ObjectEdit, time: ConferenceTime, now: number): boolean {
  if (lacksNeeded(running.needs, edit)) return true;
  if (running.ends !== undefined) return now >= running.ends;
  const [before, after] = [edit.before, edit.now].map(({ counts }) => counts.connected + counts.pending);
  if (before !== 0 && after === 0 && now >= running.start) return true;
  const next = nextWindow({ ...edit.now, header: { ...edit.now.header, passed: running.start } }, time, now);
  return next !== undefined && next.start > running.start && next.opens <= now;
}

/** RFC 6501 §4.2.5: the last one with a privilege that the conference needs has become an ordinary participant. */
function lacksNeeded(role: string | undefined, edit: ObjectEdit): boolean {
  if (role === undefined || !PRIVILEGED.has(role)) return false;
  const has = (object: ConferenceObject, key: string): boolean => {
    const record = object.users.get(key as never);
    return record !== undefined && record.facts.connected && rolesOf(record.part.element).includes(role);
  };
  const lost = edit.touched.some(
    ({ kind, key }) =>
      kind === 'user' &&
      has(edit.before, key) &&
      !has(edit.now, key) &&
      edit.now.users.get(key as never)?.facts.connected,
  );
  return lost && ![...edit.now.users.keys()].some((key) => has(edit.now, key));
}

const PRIVILEGED = new Set(['administrator', 'moderator', 'organizer']);

/** The occurrence that may be joined now or comes next, of those that have not been ended. */
export function nextWindow({ header }: ConferenceObject, time: ConferenceTime, now: number): Window | undefined {
  const { passed = -Infinity } = header;
  let next: Window | undefined;
  for (next of time.from(now)) if (next.start > passed) break;
  if (next !== undefined && next.start <= passed) next = undefined;
  if (next !== undefined && next.opens <= now) return next;
  const last = time.upTo(now);
  return last !== undefined && last.ends === undefined && last.start > passed ? last : next;
}

/** When the clock has something to do again while an occurrence goes on. */
function dueOf(running: RunningOccurrence, time: ConferenceTime, now: number): number | undefined {
  const { warns, announced, ends, start, mixing, mixes = start } = running;
  // What is mixed already and mixes later was so before the clock was set back.
  if (mixing !== true && mixes > now && (ends === undefined || mixes < ends))
    return Math.min(mixes, announced ? mixes : (warns ?? mixes));
  if (warns !== undefined && announced !== true) return warns;
  if (ends !== undefined) return ends;
  for (const next of time.from(start)) if (next.start > start) return next.opens;
  return undefined;
}

function setLife(edit: ObjectEdit, occurrence: RunningOccurrence | undefined, due: number | undefined): void {
  const { occurrence: old, due: before, ...rest } = edit.now.header;
  if (before === due && JSON.stringify(old) === JSON.stringify(occurrence)) return;
  edit.setHeader({ ...rest, ...(occurrence && { occurrence }), ...(due !== undefined && { due }) });
}

/** Tells everybody when the occurrence ends (RFC 6501 §4.2.5, notify-end-of-conference). */
export function announce(edit: ObjectEdit, ends: number): void {
  const state = edit.now.sections.get(STATE_SECTION)?.element ?? info('conference-state');
  const rest = state.children.filter((child) => !(child instanceof XmlElement && child.is(POLICY, ENDS)));
  const told = new XmlElement(POLICY, ENDS, [], [new Date(ends).toISOString().replace('.000', '')]);
  edit.setSection(STATE_SECTION, Part.of(state.withChildren([...rest, told])));
}

/** The element of conference-state that announces an end. */
export const ENDS = 'ends';

/** New people come in only while the window is open. @throws {Refusal} not-allowed, with the time at which it opens */
export function checkWindow(object: ConferenceObject, time: ConferenceTime | undefined, now: number): void {
  if (time === undefined) return;
  const running = object.header.occurrence;
  if (running !== undefined && (running.closes === undefined || now < running.closes)) return;
  const after = running === undefined ? object : { ...object, header: { ...object.header, passed: running.start } };
  const next = nextWindow(after, time, now);
  const opens = next && `${new Date(next.opens).toISOString().slice(0, 19)}Z`;
  const when = opens === undefined ? 'and does not take place again' : `and opens at ${opens}`;
  const why = `The conference is not open to be joined now, ${when}.`;
  throw new Refusal('not-allowed', why, undefined, { is: 'closed', ...(next && { opens: next.opens }) });
}
