import {
  AUDIENCES,
  CONFERENCE,
  type Audience,
  type Changer,
  type ElementDefinition,
} from '../../lib/model/definitions.ts';

/** One element, or an element with all inside it where the same holds for the whole. */
export interface PolicyRow {
  readonly path: string;
  readonly whole: boolean;
  readonly sees: Audience;
  readonly changes: Changer;
  readonly source: string;
}

const CHANGER: Readonly<Record<Changer, string>> = {
  self: 'the user herself, moderator',
  moderator: 'moderator',
  organizer: 'organizer',
  server: 'the server alone',
};

export const policyRows = (): PolicyRow[] => CONFERENCE.children().flatMap((section) => rowsOf(section, '', 'invited'));

/** Who may see and change each element, as the definition table says. */
export function policyTable(): string {
  return [
    '| element | seen by | changed by | source |',
    '|---|---|---|---|',
    ...policyRows().map(
      ({ path, whole, sees, changes, source }) =>
        `| \`${path}\`${whole ? ' …' : ''} | ${sees} | ${CHANGER[changes]} | ${source} |`,
    ),
  ].join('\n');
}

function rowsOf(definition: ElementDefinition, parent: string, within: Audience): PolicyRow[] {
  const { local, changes, source } = definition;
  const path = `${parent}${local}`;
  const sees = higher(within, definition.sees);
  const own = { path, whole: false, sees, changes, source };
  // Sidebars are objects of their own: what they hold is in their own table.
  if (local.startsWith('sidebars-by-')) return [{ ...own, whole: true }];
  const inside = definition.children().flatMap((child) => rowsOf(child, `${path}/`, sees));
  const uniform = inside.length > 0 && inside.every((row) => row.sees === sees && row.changes === changes);
  return uniform ? [{ ...own, whole: true }] : [own, ...inside];
}

const higher = (one: Audience, other: Audience): Audience =>
  AUDIENCES.indexOf(one) > AUDIENCES.indexOf(other) ? one : other;
