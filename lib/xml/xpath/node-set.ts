import type { XPathBudget } from './budget.ts';
import { compareOrder, type XPathNode } from './node.ts';

type Nodes = readonly XPathNode[];

/** All nodes of some node-sets, each once, in document order; sets that follow one another are only put together. */
export function* mergeRuns(sets: readonly Nodes[], budget: XPathBudget): Generator<undefined, Nodes, undefined> {
  let runs: Nodes[] = [];
  let open: XPathNode[] = [];
  for (const set of sets) {
    const [last, first] = [open.at(-1), set[0]];
    if (first === undefined || (set.length === 1 && first === last)) continue;
    if (last === undefined || compareOrder(last, first) >= 0) runs.push((open = []));
    for (const node of set) open.push(node);
    if (budget.spend()) yield;
  }
  while (runs.length > 1) {
    const merged: Nodes[] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(runs[at] ?? [], runs[at + 1] ?? [], budget));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge(left: Nodes, right: Nodes, budget: XPathBudget): Generator<undefined, Nodes, undefined> {
  const merged: XPathNode[] = [];
  let [at, other] = [0, 0];
  for (;;) {
    const [one, two] = [left[at], right[other]];
    if (one === undefined) return merged.concat(right.slice(other));
    if (two === undefined) return merged.concat(left.slice(at));
    const order = one === two ? 0 : compareOrder(one, two);
    merged.push(order <= 0 ? one : two);
    if (order <= 0) at += 1;
    if (order >= 0) other += 1;
    if (budget.spend()) yield;
  }
}
