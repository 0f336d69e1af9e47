/** The error conditions of RFC 5261 §5.1, which are also the names of the error elements. */
export type PatchCondition =
  | 'invalid-attribute-value'
  | 'invalid-character-set'
  | 'invalid-diff-format'
  | 'invalid-entity-declaration'
  | 'invalid-namespace-prefix'
  | 'invalid-namespace-uri'
  | 'invalid-node-types'
  | 'invalid-patch-directive'
  | 'invalid-root-element-operation'
  | 'invalid-xml-prolog-operation'
  | 'invalid-whitespace-directive'
  | 'unlocated-node'
  | 'unsupported-id-function'
  | 'unsupported-xml-id';

/** A patch that cannot be applied (RFC 5261 §5); what came before it in the same document is not kept either. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly condition: PatchCondition;

  constructor(condition: PatchCondition, reason: string) {
    super(`${condition}: ${reason}`);
    this.condition = condition;
  }
}
