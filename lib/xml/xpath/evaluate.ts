import type { XmlElement } from '../element.ts';
import { XPathBudget } from './budget.ts';
import type { XPath } from './compile.ts';
import { Evaluation } from './evaluation.ts';
import { XPathNode } from './node.ts';
import type { XPathValue } from './value.ts';

export { XPathBudget } from './budget.ts';
export { XPathBudgetError } from './error.ts';
export { toBoolean, type XPathValue } from './value.ts';

/** 1,000,000 steps take about 100 ms. */
export const evaluationDefaults = { steps: 1_000_000 };

/** The value of an expression for the document with this root element. @throws {XPathBudgetError} */
export function evaluate(
  xpath: XPath,
  root: XmlElement,
  { steps }: { steps: number } = evaluationDefaults,
): XPathValue {
  const evaluation = evaluateInSlices(xpath, root, new XPathBudget(steps));
  let next = evaluation.next();
  while (next.done !== true) next = evaluation.next();
  return next.value;
}

/**
 * As {@link evaluate}, as a generator that pauses every few hundred steps, far below a millisecond. Several evaluations
 * may share one budget.
 */
export const evaluateInSlices = (
  xpath: XPath,
  root: XmlElement,
  budget: XPathBudget,
): Generator<undefined, XPathValue, undefined> =>
  new Evaluation(xpath, budget).value(xpath.expression, {
    node: XPathNode.document(root),
    position: 1,
    size: 1,
  });
