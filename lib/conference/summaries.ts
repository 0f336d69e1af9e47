import { CONFERENCE_INFO } from '../model/names.ts';
import { Part } from '../model/part.ts';

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
