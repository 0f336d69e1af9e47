import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { conformanceTable } from './conformance-table.ts';
import { policyTable } from './policy-table.ts';
import { tortureTable } from './torture-table.ts';

/** A page of docs/ with one part that is made from the source, between two comments. */
export interface GeneratedPage {
  readonly file: string;
  readonly render: () => string;
}

const page = (name: string, render: () => string): GeneratedPage => ({
  file: fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)),
  render,
});

export const PAGES: readonly GeneratedPage[] = [
  page('policy.md', policyTable),
  page('conformance.md', conformanceTable),
  page('sip-torture.md', tortureTable),
];

const MADE = /(?<=<!-- made by test\/docs\/generate\.ts -->\n\n)[^]*?(?=\n\n<!-- end -->)/;

/** The page as it is, and as it is when its part is made again. */
export function pageOf({ file, render }: GeneratedPage): { now: string; made: string } {
  const now = readFileSync(file, 'utf8');
  if (!MADE.test(now)) throw new Error(`${file} has no place for its table`);
  return { now, made: now.replace(MADE, () => render()) };
}
