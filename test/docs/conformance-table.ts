import { EXCEPTIONS } from '../conformance/exceptions.ts';
import { REQUIREMENTS } from '../conformance/requirements.ts';

/** Each requirement, and whether a test proves it. That one does is what test/conformance/trace.test.ts checks. */
export function conformanceTable(): string {
  const waiting = new Map(EXCEPTIONS.flatMap(({ ids, reason }) => ids.map((id) => [id, reason] as const)));
  const proven = REQUIREMENTS.filter(({ id }) => !waiting.has(id)).length;
  return [
    `${proven} of ${REQUIREMENTS.length} requirements are proven.`,
    '',
    '| id | level | source | demand | state |',
    '|---|---|---|---|---|',
    ...REQUIREMENTS.map(
      ({ id, level, source, demand }) =>
        `| ${id} | ${level} | ${source} | ${demand} | ${waiting.get(id) ?? 'proven'} |`,
    ),
  ].join('\n');
}
