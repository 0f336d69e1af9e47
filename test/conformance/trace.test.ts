import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { EXCEPTIONS } from './exceptions.ts';
import { OBEYED, OBEYED_IDS } from './obeyed.ts';
import { REQUIREMENTS } from './requirements.ts';
import { citedIds, idsIn } from './titles.ts';

describe('the trace from requirements to tests', () => {
  const cited = citedIds();
  const excepted = EXCEPTIONS.flatMap(({ ids }) => ids);
  const known = new Set(REQUIREMENTS.map(({ id }) => id));

  it('every requirement is proven by a test or excepted', () => {
    const open = REQUIREMENTS.filter(({ id }) => !cited.has(id) && !excepted.includes(id));
    const list = open.map(({ id, level, source, demand }) => `\n  ${id} (${level}, ${source}): ${demand}`);
    expect(open, `${open.length} requirements without a test:${list.join('')}\n`).to.have.lengthOf(0);
  });

  it('of every proven requirement it is known where it is obeyed, and the files are there', () => {
    const proven = REQUIREMENTS.map(({ id }) => id).filter((id) => cited.has(id));
    expect(proven.filter((id) => !OBEYED.has(id))).to.deep.equal([]);
    expect(OBEYED_IDS, 'each once').to.have.lengthOf(OBEYED.size);
    expect(OBEYED_IDS.filter((id) => !known.has(id))).to.deep.equal([]);
    const files = new Set([...OBEYED.values()].flat());
    expect([...files].filter((file) => !existsSync(new URL(`../../lib/${file}`, import.meta.url)))).to.deep.equal([]);
  });

  it('no requirement is both proven and excepted', () => {
    const both = excepted.filter((id) => cited.has(id));
    const list = both.map((id) => `\n  ${id}: ${[...cited.get(id)!].join(', ')}`);
    expect(both, `remove from exceptions.ts what these tests prove:${list.join('')}\n`).to.have.lengthOf(0);
  });

  it('no title names a requirement that does not exist', () => {
    const unknown = [...cited].filter(([id]) => !known.has(id));
    const list = unknown.map(([id, files]) => `\n  ${id}: ${[...files].join(', ')}`);
    expect(unknown, `unknown ids:${list.join('')}\n`).to.have.lengthOf(0);
  });

  it('every exception is of one known requirement, once, and has a reason', () => {
    expect(excepted.filter((id) => !known.has(id))).to.deep.equal([]);
    expect(excepted).to.have.lengthOf(new Set(excepted).size);
    for (const { reason } of EXCEPTIONS) expect(reason).to.have.length.of.at.least(10);
  });

  it('every requirement stands in the table once', () => {
    expect(REQUIREMENTS).to.have.lengthOf(known.size);
  });

  it('ids are found in titles, tables and templates, but not in code, comments or skipped tests', () => {
    // The brackets are put together here so that this file cites nothing.
    const of = (ids: string): string => `[${ids}]`;
    const source = [
      `describe('${of('H1')} one', () => it(\`${of('M2, M3')} \${x} ${of('V1')}\`, run));`,
      `const table = [['two ${of('A1')}${of('A2')}', A3]];`,
      `it.skip('${of('B1')}', () => list${of('B2')}); // ${of('B3')}`,
    ].join('\n');
    expect(idsIn(source)).to.deep.equal(['H1', 'M2', 'M3', 'V1', 'A1', 'A2']);
  });
});
