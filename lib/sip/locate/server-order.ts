import type { SrvRecord } from './resolver.ts';

/** Servers in the order to try them: by priority, and within one at random by weight (RFC 2782). `random` gives [0, 1). */
export function serverOrder(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((one) =>
    drawn(
      records.filter(({ priority }) => priority === one),
      random,
    ),
  );
}

function drawn(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those of no weight first, so that they are drawn seldom, not never.
  const left = records.toSorted((a, b) => Math.sign(a.weight) - Math.sign(b.weight));
  const order: SrvRecord[] = [];
  while (left.length > 0) {
    const all = left.reduce((sum, { weight }) => sum + weight, 0);
    let rest = Math.floor(random() * (all + 1));
    const at = left.findIndex(({ weight }) => (rest -= weight) <= 0);
    order.push(...left.splice(Math.max(at, 0), 1));
  }
  return order;
}
