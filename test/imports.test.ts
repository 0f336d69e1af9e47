import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

const LIB = fileURLToPath(new URL('../lib', import.meta.url));

/** Folder → folders that it may import from, beside itself; a deeper folder before the one that holds it. */
const MAY_IMPORT: readonly (readonly [folder: string, ...from: readonly string[]])[] = [
  ['xml'],
  ['model', 'xml'],
  ['schedule', 'model', 'xml'],
  ['directory', 'model', 'xml'],
  ['conference', 'schedule', 'directory', 'model', 'xml'],
  ['http', 'directory', 'model'],
  ['ccmp/codec', 'model', 'xml'],
  ['ccmp/client', 'ccmp/codec', 'model', 'xml'],
  ['ccmp', 'conference', 'directory', 'http', 'ccmp/codec', 'model', 'xml'],
  ['admin', 'conference', 'directory', 'model', 'xml'],
  ['sip'],
  ['mixer'],
  ['notification', 'conference', 'model', 'xml'],
  ['event-stream', 'notification', 'conference', 'directory', 'http', 'model', 'xml'],
  ['outbox', 'conference', 'model', 'xml'],
  ['callback', 'outbox', 'notification', 'conference', 'directory', 'http', 'model', 'xml'],
  ['mmtel', 'conference', 'directory', 'http', 'model', 'xml'],
  ['sip-users', 'sip', 'directory', 'model'],
  ['conference-package', 'sip', 'notification', 'conference', 'directory', 'model', 'xml'],
  ['focus', 'outbox', 'sip', 'mixer', 'conference', 'directory', 'model', 'xml'],
  ['calendar', 'outbox', 'conference', 'directory', 'schedule', 'http', 'model', 'xml'],
];

/** The errors that a store throws are declared by those who catch them. */
const ERRORS_OF_REPOSITORIES = ['conference/repository.ts', 'directory/repository.ts'];
/** Files that wire parts together, and what embeds them. */
const WIRING = /^(system|config|main|index|client)\.ts$|^config\/|^system\/|^cli\//;

interface Import {
  readonly of: string;
  readonly typesOnly: boolean;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
    const from = isImport ? statement.moduleSpecifier : undefined;
    if (!isImport || from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return [];
    return [{ of: normalize(join(dirname(file), from.text)), typesOnly: typesOnly(statement) }];
  });
}

function typesOnly(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const clause = statement.importClause;
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return clause !== undefined;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named)
    ? named.elements.every((one) => one.isTypeOnly)
    : false;
}

const isIn = (folder: string, file: string): boolean => file.startsWith(`${folder}/`);
const ruleOf = (file: string) =>
  MAY_IMPORT.toSorted(([a], [b]) => b.length - a.length).find(([one]) => isIn(one, file));

describe('imports', () => {
  it('point one way only', () => {
    const wrong = [...imports].flatMap(([file, its]) => {
      const rule = ruleOf(file);
      return rule === undefined
        ? []
        : its.filter(({ of }) => !rule.some((folder) => isIn(folder, of))).map((one) => `${file} imports ${one.of}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it('of every folder stand under a rule', () => {
    const free = files.filter((file) => ruleOf(file) === undefined && !isIn('store', file) && !WIRING.test(file));
    expect(free).to.deep.equal([]);
  });

  it('of the client need nothing of the server', () => {
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { of } of imports.get(file) ?? []) follow(of);
    };
    for (const file of files) if (isIn('ccmp/client', file)) follow(file);
    const wrong = [...reached].filter((file) => !/^(xml|model|ccmp\/codec|ccmp\/client)\//.test(file));
    expect(wrong).to.deep.equal([]);
  });

  it('of the store are types and the errors of its repositories alone', () => {
    const wrong = [...imports].flatMap(([file, its]) =>
      its
        .filter(
          ({ of, typesOnly }) =>
            isIn('store', file) && !isIn('store', of) && !typesOnly && !ERRORS_OF_REPOSITORIES.includes(of),
        )
        .map(({ of }) => `${file} imports ${of}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('of the store are for the system and the command alone', () => {
    const wrong = [...imports].filter(([file, its]) => !isIn('store', file) && its.some(({ of }) => isIn('store', of)));
    expect(wrong.map(([file]) => file).filter((file) => !WIRING.test(file))).to.deep.equal([]);
  });

  it('make no circle when the code runs', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const one of imports.get(file) ?? []) if (!one.typesOnly) follow(one.of, [...path, file]);
      done.add(file);
    };
    for (const file of files) follow(file, []);
    expect(circles).to.deep.equal([]);
  });
});
