import { EXCEPTIONS } from '../conformance/exceptions.ts';
import { OBEYED } from '../conformance/obeyed.ts';
import { REQUIREMENTS } from '../conformance/requirements.ts';
import { citedIds } from '../conformance/titles.ts';

const list = (folder: string, files: Iterable<string> = []): string =>
  [...files].map((file) => `\`${folder}/${file}\``).join(' ');

/** Each requirement, where it is obeyed and which tests prove it, or why none does. */
export function conformanceTable(): string {
  const waiting = new Map(EXCEPTIONS.flatMap(({ ids, reason }) => ids.map((id) => [id, reason] as const)));
  const proofs = citedIds();
  const proven = REQUIREMENTS.filter(({ id }) => !waiting.has(id)).length;
  return [
    `${proven} of ${REQUIREMENTS.length} requirements are proven.`,
    '',
    '| id | level | source | demand | obeyed in | proven by |',
    '|---|---|---|---|---|---|',
    ...REQUIREMENTS.map(({ id, level, source, demand }) => {
      const reason = waiting.get(id);
      const where = reason === undefined ? list('lib', OBEYED.get(id)) : '';
      const proof = reason === undefined ? list('test', [...(proofs.get(id) ?? [])].sort()) : `*not yet*: ${reason}`;
      return `| ${id} | ${level} | ${source} | ${demand} | ${where} | ${proof} |`;
    }),
  ].join('\n');
}
