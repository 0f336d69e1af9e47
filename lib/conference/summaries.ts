import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import type { XmlElement } from '../xml/element.ts';
import { isPublic } from './admission.ts';
import type { ObjectEntry, SummaryAnswer } from './calls.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { type Reader, seenState } from './views.ts';

/** What lists of objects show of each: its name, and what it is for. */
export const textsOf = (description: Part | undefined): Pick<ObjectEntry, 'displayText' | 'purpose'> => {
  const [displayText, purpose] = [nameOf(description), textOf(description, 'free-text')];
  return { ...(displayText !== undefined && { displayText }), ...(purpose !== undefined && { purpose }) };
};

const nameOf = (description: Part | undefined): string | undefined =>
  textOf(description, 'display-text') ?? textOf(description, 'subject');

const textOf = (description: Part | undefined, local: string): string | undefined =>
  description?.element.first(CONFERENCE_INFO, local)?.text;

/** Title and media are for whoever knows of a conference; who is not in it sees no state (RFC 6503 §6.9). */
export function summaryOf(object: ConferenceObject, reader: Reader): SummaryAnswer['summary'] {
  const description = object.sections.get(DESCRIPTION_SECTION);
  const [state] = seenState(object, reader);
  const media = description?.element.first(CONFERENCE_INFO, 'available-media')?.all(CONFERENCE_INFO, 'entry') ?? [];
  const types = media.map((entry: XmlElement) => entry.first(CONFERENCE_INFO, 'type')?.text.trim() ?? '');
  return {
    title: nameOf(description) ?? '',
    status: state === undefined ? undefined : object.header.active ? 'active' : 'registered',
    public: isPublic(object),
    media: [...new Set(types)].filter(Boolean),
  };
}
