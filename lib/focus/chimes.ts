import type { Change } from '../conference/changes.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { Announcement, Mixer } from '../mixer/mixer.ts';

const DESCRIPTION = `{${CONFERENCE_INFO}}conference-description`;

/**
 * Whether a conference is recorded: as long as it shows everybody where (RFC 4575 §5.3.2, purpose `recording`), which its moderators
 * write.
 */
export function isRecorded({ header, sections }: ConferenceObject): boolean {
  const uris = sections.get(DESCRIPTION)?.element.first(CONFERENCE_INFO, 'service-uris');
  const entries = uris?.all(CONFERENCE_INFO, 'entry') ?? [];
  return header.active && entries.some((entry) => entry.first(CONFERENCE_INFO, 'purpose')?.text.trim() === 'recording');
}

/**
 * Lets a conference hear what happens to it: who comes and goes, while no more than `most` are in, the end that is near (RFC 6501 §4.2.5),
 * and that it is recorded. Of the hidden nothing is heard.
 */
export function chime(mixer: Mixer, change: Change, most: number, report: (error: unknown) => void): void {
  const { uri, before, after } = change;
  if (after?.header.active !== true) {
    if (before?.header.active === true) mixer.end(uri).catch(report);
    return;
  }
  if (isRecorded(after) !== mixer.recording(uri)) mixer.record(uri, isRecorded(after)).catch(report);
  const sound = soundOf(before, after, most);
  if (sound !== undefined) mixer.announce(uri, sound).catch(report);
}

function soundOf(
  before: ConferenceObject | undefined,
  after: ConferenceObject,
  most: number,
): Announcement | undefined {
  if (after.header.occurrence?.announced === true && before?.header.occurrence?.announced !== true) return 'ending';
  const [then, now] = [before === undefined ? 0 : seen(before), seen(after)];
  if (then === now || now > most) return undefined;
  return now > then ? 'joined' : 'left';
}

const seen = ({ counts }: ConferenceObject): number => counts.connected - counts.hidden;
