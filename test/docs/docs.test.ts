import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PAGES, pageOf } from './generated.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const texts = ['README.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The names of the headings as links have them. */
const anchors = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('the documentation', () => {
  for (const page of PAGES) {
    it(`${basename(page.file)} says what the source says`, () => {
      const { now, made } = pageOf(page);
      expect(now, 'make it again: npx tsx test/docs/generate.ts').to.equal(made);
    });
  }

  for (const file of texts) {
    it(`every link of ${file} leads somewhere`, () => {
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, link = '']) => link);
      for (const link of links) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : join(dirname(file), path);
        expect(existsSync(join(ROOT, target)), link).to.equal(true);
        if (anchor !== undefined) expect(anchors(read(target)), link).to.include(anchor);
      }
    });

    it(`every file that ${file} names is there`, () => {
      const named = read(file).match(/(?<![\w/])(?:lib|test|schemas|examples|docs|bench)\/[\w./-]*\w/g) ?? [];
      expect(named.filter((name) => !existsSync(join(ROOT, name)))).to.deep.equal([]);
    });
  }
});
