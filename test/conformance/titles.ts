import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
const CITATION = /\[([A-Z]{1,2}\d+(?:, ?[A-Z]{1,2}\d+)*)\]/g;

/** Which requirement ids stand in brackets in titles of tests, and in which files. */
export function citedIds(): Map<string, Set<string>> {
  const cited = new Map<string, Set<string>>();
  for (const file of testFiles()) {
    for (const id of idsIn(readFileSync(`${TESTS}${file}`, 'utf8'))) {
      cited.set(id, (cited.get(id) ?? new Set()).add(file));
    }
  }
  return cited;
}

/** Suites that several tests share stand in files of their own, so every file of the tests counts but this folder's. */
function testFiles(): string[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts') && !file.startsWith('conformance'));
}

/** Ids in any string of the source, since titles also come from tables; what `it.skip` holds proves nothing. */
export function idsIn(source: string): string[] {
  const ids: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isSkipped(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      for (const [, list = ''] of node.text.matchAll(CITATION)) ids.push(...list.split(/, ?/));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('', source, ts.ScriptTarget.Latest));
  return ids;
}

function isSkipped(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'skip'
  );
}
