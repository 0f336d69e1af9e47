import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { Part } from '../model/part.ts';
import type { XmlElement } from '../xml/element.ts';
import { isPublic } from './admission.ts';
import type { SummaryAnswer } from './calls.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { type Reader, seenState } from './views.ts';

/** What lists of objects show of each: its name, and what it is for. */
export const displayTextOf = (description: Buffer | undefined): { displayText?: string } => {
  const text = childText(description, 'display-text') ?? childText(description, 'subject');
  return text === undefined ? {} : { displayText: text };
};

export const purposeOf = (description: Buffer | undefined): { purpose?: string } => {
  const text = childText(description, 'free-text');
  return text === undefined ? {} : { purpose: text };
};

const childText = (description: Buffer | undefined, local: string): string | undefined =>
  description === undefined ? undefined : Part.ofBytes(description).element.first(CONFERENCE_INFO, local)?.text;

/** Title and media are for whoever knows of a conference; who is not in it sees no state (RFC 6503 §6.9). */
export function summaryOf(object: ConferenceObject, reader: Reader): SummaryAnswer['summary'] {
  const description = object.sections.get(DESCRIPTION_SECTION);
  const [state] = seenState(object, reader);
  const media = description?.element.first(CONFERENCE_INFO, 'available-media')?.all(CONFERENCE_INFO, 'entry') ?? [];
  const types = media.map((entry: XmlElement) => entry.first(CONFERENCE_INFO, 'type')?.text.trim() ?? '');
  return {
    title: displayTextOf(description?.bytes).displayText ?? '',
    status: state === undefined ? undefined : object.header.active ? 'active' : 'registered',
    public: isPublic(object),
    media: [...new Set(types)].filter(Boolean),
  };
}
