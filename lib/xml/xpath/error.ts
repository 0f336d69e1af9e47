/** An expression that is not XPath 1.0, or is beyond a limit; `position` counts UTF-16 units from 1. */
export class XPathError extends Error {
  override readonly name = 'XPathError';
  readonly position: number;

  constructor(reason: string, offset: number) {
    super(`character ${offset + 1}: ${reason}`);
    this.position = offset + 1;
  }
}

/** An evaluation took all the steps that it was given. */
export class XPathBudgetError extends Error {
  override readonly name = 'XPathBudgetError';

  constructor() {
    super('the evaluation takes too many steps');
  }
}
