/** A measured figure beside its target. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  /** The numbers behind a ratio. */
  readonly behind?: string;
}

export const passes = ({ value, target }: Figure): boolean =>
  'atLeast' in target ? value >= target.atLeast : value <= target.atMost;

/** What the design promises of every request. */
export const held = (name: string, milliseconds: number): Figure => ({
  name: `${name}: event loop held`,
  value: milliseconds,
  unit: 'ms',
  target: { atMost: 50 },
});

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** Turns that do not count: compilers need tens of thousands of requests before a figure stays where it is. */
const WARM_UP = 5;

/** Runs the subjects in turn, so that what else the machine does meets all of them. */
export async function inTurn<Name extends string, Result>(
  rounds: number,
  subjects: Readonly<Record<Name, () => Promise<Result>>>,
  warmUp = WARM_UP,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(subjects) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let turn = 0; turn < warmUp + rounds; turn++) {
    for (const name of names) {
      const result = await subjects[name]();
      if (turn >= warmUp) results[name].push(result);
    }
  }
  return results;
}

const short = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    passes(figure) ? 'pass' : 'MISS',
    figure.name,
    `${short(figure.value)} ${figure.unit}`.trim(),
    'atLeast' in figure.target ? `≥ ${figure.target.atLeast}` : `≤ ${Number(figure.target.atMost.toFixed(2))}`,
    figure.behind ?? '',
  ]);
  const all = [['', 'figure', 'measured', 'target', 'behind it'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
