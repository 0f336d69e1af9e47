import { CONFERENCE_INFO, PREFIXES, XCON } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { compile, xpathDefaults, XPathError, type XPath } from '../xml/xpath/compile.ts';
import { evaluateInSlices, toBoolean, XPathBudget, XPathBudgetError } from '../xml/xpath/evaluate.ts';
import type { Step } from '../xml/xpath/expression.ts';
import { narrow } from './narrowing.ts';
import { beyond, Refusal } from './refusal.ts';
import type { Pausing } from './slices.ts';

/** An expression of XPath 1.0 over `conference-info`, and what the prefixes in it mean where it was written. */
export interface AskedFilter {
  readonly expression: string;
  readonly prefixes?: ReadonlyMap<string, string>;
}

export interface FilterLimits {
  /** Characters of a filter. */
  readonly filterLength: number;
  /** Parentheses and brackets inside one another. */
  readonly filterDepth: number;
  /** Steps of one list through all its objects: nodes visited, strings built, parts looked at. */
  readonly filterSteps: number;
  /** Milliseconds that filters take of one turn of the event loop. */
  readonly filterSlice: number;
}

export const filterDefaults: FilterLimits = {
  filterLength: xpathDefaults.length,
  filterDepth: xpathDefaults.depth,
  filterSteps: 2_000_000,
  filterSlice: 5,
};

/** Names without a prefix are those of the data model, whichever of its two namespaces they are of. */
const DEFAULT_NAMESPACES = [CONFERENCE_INFO, XCON];

/** What one list is asked to hold (RFC 6503 §5.3.1, §5.3.2): documents of which the expression is true. */
export class Filter {
  readonly budget: XPathBudget;
  readonly #xpath: XPath;

  /** @throws {Refusal} malformed, with the place of the mistake */
  constructor({ expression, prefixes = new Map<string, string>() }: AskedFilter, limits: FilterLimits) {
    this.budget = new XPathBudget(limits.filterSteps);
    try {
      this.#xpath = compile(expression, {
        prefixes: new Map([...PREFIXES.map(({ prefix, namespace }) => [prefix, namespace] as const), ...prefixes]),
        defaultNamespaces: DEFAULT_NAMESPACES,
        adapt: asMeant,
        limits: { length: limits.filterLength, depth: limits.filterDepth },
      });
    } catch (error) {
      if (error instanceof XPathError) throw new Refusal('malformed', `Correct xpathFilter, ${error.message}.`);
      throw error;
    }
  }

  /** The tokens that the store is asked for in place of all objects; undefined when the expression names none. */
  get tokens(): readonly string[] | undefined {
    return narrow(this.#xpath.expression);
  }

  /** Whether the expression is true of the document: not an empty node-set or string, not 0, not false. */
  *selects(document: XmlElement): Pausing<boolean> {
    return toBoolean(yield* evaluateInSlices(this.#xpath, document, this.budget));
  }
}

/** @throws {Refusal} took-too-long in place of a spent budget */
export async function withinBudget<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof XPathBudgetError)) throw error;
    const why = 'The filter takes too many steps: name the way to what you look for, without //.';
    throw beyond('conference.filterSteps', why, 'took-too-long');
  }
}

/**
 * RFC 6503 §5.3.2 prints `conference-description/conference-state/active`, though RFC 6501 has conference-state beside
 * conference-description. No document has it there, so the step is taken from the parent.
 */
const asMeant = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step, index) => {
    const before = steps[index - 1];
    const misprinted = isChild(step, 'conference-state') && before && isChild(before, 'conference-description');
    return misprinted === true ? [TO_PARENT, step] : [step];
  });

const TO_PARENT: Step = { axis: 'parent', test: { kind: 'node' }, predicates: [] };

const isChild = ({ axis, test }: Step, local: string): boolean =>
  axis === 'child' &&
  test.kind === 'name' &&
  test.local === local &&
  test.namespaces?.includes(CONFERENCE_INFO) === true;
