// Makes the tables in docs/ again: npx tsx test/docs/generate.ts
import { writeFileSync } from 'node:fs';
import { PAGES, pageOf } from './generated.ts';

for (const page of PAGES) writeFileSync(page.file, pageOf(page).made);
