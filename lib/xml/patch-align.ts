import { XmlElement, type XmlName, type XmlNode } from './element.ts';
import type { Identities } from './identity.ts';
import { isNamed, keyLabel, keyValue, type KeyOf } from './patch-key.ts';

const unmatched = -1;

/**
 * For each node before, the index of the node after that it becomes, or -1 when it goes; indices never cross, a node that
 * moved goes and comes again. Keyed elements become only what has their key. The cost follows the stretch between the
 * first and the last node that is not shared.
 */
export class Alignment {
  readonly #before: readonly XmlNode[];
  readonly #after: readonly XmlNode[];
  readonly #keyOf: KeyOf;
  readonly #identities: Identities;
  readonly #partners: number[];

  static of(
    before: readonly XmlNode[],
    after: readonly XmlNode[],
    keyOf: KeyOf,
    identities: Identities,
    pinned?: XmlName,
  ): readonly number[] {
    const alignment = new Alignment(before, after, keyOf, identities);
    // The child that holds its parent's key stays throughout, or the parent could not be selected meanwhile.
    const left = pinned === undefined ? -1 : before.findIndex((node) => isNamed(node, pinned));
    const right = pinned === undefined ? -1 : after.findIndex((node) => isNamed(node, pinned));
    if (left !== -1 && right !== -1) {
      alignment.#stretch(0, left, 0, right);
      alignment.#partners[left] = right;
      alignment.#stretch(left + 1, before.length, right + 1, after.length);
    } else {
      alignment.#stretch(0, before.length, 0, after.length);
    }
    return alignment.#partners;
  }

  private constructor(before: readonly XmlNode[], after: readonly XmlNode[], keyOf: KeyOf, identities: Identities) {
    this.#before = before;
    this.#after = after;
    this.#keyOf = keyOf;
    this.#identities = identities;
    this.#partners = new Array<number>(before.length).fill(unmatched);
  }

  #stretch(from: number, to: number, start: number, end: number): void {
    const shared = (left: number, right: number) => this.#before[left] === this.#after[right];
    const middle = this.#trim(from, to, start, end, shared);
    const [left, right] = this.#tokens(
      this.#before.slice(middle.from, middle.to),
      this.#after.slice(middle.start, middle.end),
    );
    const equal = (one: number, other: number) => left[one - middle.from] === right[other - middle.start];
    let at = { from: middle.from, start: middle.start };
    const anchors = [...increasing(uniquePairs(left, right)), [left.length, right.length] as const];
    for (const [one, other] of anchors) {
      const gap = this.#trim(at.from, middle.from + one, at.start, middle.start + other, equal);
      this.#pairInOrder(gap.from, gap.to, gap.start, gap.end);
      if (one < left.length) this.#partners[middle.from + one] = middle.start + other;
      at = { from: middle.from + one + 1, start: middle.start + other + 1 };
    }
  }

  /** Pairs what is the same from both ends and gives back what is between. */
  #trim(from: number, to: number, start: number, end: number, same: (left: number, right: number) => boolean) {
    while (from < to && start < end && same(from, start)) this.#partners[from++] = start++;
    while (from < to && start < end && same(to - 1, end - 1)) this.#partners[--to] = --end;
    return { from, to, start, end };
  }

  /** Pairs nodes of one sort, each with the next one there is, so that an edited node is seen as edited. */
  #pairInOrder(from: number, to: number, start: number, end: number): void {
    if (from === to || start === end) return;
    const waiting = new Map<string, number[]>();
    for (let right = end - 1; right >= start; right -= 1) {
      const sort = this.#sort(this.#after[right] ?? '');
      const list = waiting.get(sort);
      if (list === undefined) waiting.set(sort, [right]);
      else list.push(right);
    }
    let next = start;
    for (let left = from; left < to; left += 1) {
      const list = waiting.get(this.#sort(this.#before[left] ?? ''));
      while (list !== undefined && (list.at(-1) ?? next) < next) list.pop();
      const right = list?.pop();
      if (right === undefined) continue;
      this.#partners[left] = right;
      next = right + 1;
    }
  }

  /** What may be the same: a key, else a sort that stands once on each side, else the whole content. */
  #tokens(before: readonly XmlNode[], after: readonly XmlNode[]): [left: Token[], right: Token[]] {
    const left = before.map((node) => this.#sort(node));
    const right = after.map((node) => this.#sort(node));
    const [leftPlaces, rightPlaces] = [places(left), places(right)];
    const token = (node: XmlNode, sort: string): Token => {
      const repeated = leftPlaces.get(sort) === unmatched || rightPlaces.get(sort) === unmatched;
      return repeated && this.#key(node) === undefined ? this.#identities.of(node) : sort;
    };
    return [
      before.map((node, index) => token(node, left[index] ?? '')),
      after.map((node, index) => token(node, right[index] ?? '')),
    ];
  }

  #sort(node: XmlNode): string {
    if (typeof node === 'string') return 'text';
    if (node instanceof XmlElement) return this.#key(node) ?? `${node.namespace} ${node.local}`;
    return node.kind === 'comment' ? 'comment' : `instruction ${node.target}`;
  }

  #key(node: XmlNode): string | undefined {
    if (!(node instanceof XmlElement)) return undefined;
    const spec = this.#keyOf(node);
    const value = spec === undefined ? undefined : keyValue(node, spec);
    if (spec === undefined || value === undefined) return undefined;
    return JSON.stringify([node.namespace, node.local, keyLabel(spec), value]);
  }
}

type Token = string | number;

type Pair = readonly [left: number, right: number];

/** The places of tokens that stand once on each side, by their place on the left. */
function uniquePairs(left: readonly Token[], right: readonly Token[]): Pair[] {
  const leftOnce = places(left);
  const rightOnce = places(right);
  const pairs: Pair[] = [];
  for (const [token, one] of leftOnce) {
    const other = rightOnce.get(token);
    if (one !== unmatched && other !== undefined && other !== unmatched) pairs.push([one, other]);
  }
  return pairs.sort(([one], [other]) => one - other);
}

function places(tokens: readonly Token[]): Map<Token, number> {
  const found = new Map<Token, number>();
  tokens.forEach((token, index) => found.set(token, found.has(token) ? unmatched : index));
  return found;
}

/** The longest subsequence whose right sides increase too. */
function increasing(pairs: readonly Pair[]): Pair[] {
  const ends: number[] = [];
  const previous: number[] = [];
  pairs.forEach(([, right], index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < right) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? unmatched : (ends[low - 1] ?? unmatched);
    ends[low] = index;
  });
  const chosen: Pair[] = [];
  for (let index = ends.at(-1) ?? unmatched; index !== unmatched; index = previous[index] ?? unmatched) {
    const pair = pairs[index];
    if (pair !== undefined) chosen.push(pair);
  }
  return chosen.reverse();
}
