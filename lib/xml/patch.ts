import { XmlElement, type XmlDeclaration, type XmlName, type XmlNode } from './element.ts';
import { PatchError } from './patch-error.ts';
import { isElement, joinTexts, locate, substitute, type Place } from './patch-locate.ts';
import { parseSelector, parseType, type Bindings, type Selector } from './patch-selector.ts';

export { PatchError, type PatchCondition } from './patch-error.ts';
export { diff, diffChild, selectorPath, type DiffOptions, type KeySpec } from './patch-diff.ts';

/**
 * The document after the `add`, `replace` and `remove` children of a patch document, in order (RFC 5261 §4). Prefixes in
 * selectors mean what `scope`, the patch document and the operation declare; children of other names are passed over.
 * Throws {@link PatchError}.
 */
export function applyPatch(root: XmlElement, patch: XmlElement, scope: readonly XmlDeclaration[] = []): XmlElement {
  let result = root;
  for (const operation of patch.elements) {
    const apply = operations.get(operation.local);
    if (apply === undefined) continue;
    const declared = [...scope, ...patch.declarations, ...operation.declarations];
    result = apply(result, operation, new Map(declared.map(({ prefix, namespace }) => [prefix, namespace])));
  }
  return result;
}

const operations = new Map([
  ['add', add],
  ['replace', replace],
  ['remove', remove],
]);

function add(root: XmlElement, operation: XmlElement, bindings: Bindings): XmlElement {
  const selector = parseSelector(required(operation, 'sel'), bindings);
  const type = operation.attribute('type');
  const pos = oneOf(operation, 'pos', ['before', 'after', 'prepend']);
  if (selector.attribute !== undefined || selector.prefix !== undefined) {
    throw new PatchError('invalid-attribute-value', 'add selects a node with children or siblings');
  }
  const place = unique(root, selector);
  if (type !== undefined) {
    if (pos !== undefined) throw new PatchError('invalid-patch-directive', 'pos has no meaning with type');
    const named = parseType(type, bindings);
    const value = textOnly(operation);
    const element = elementAt(place).node;
    return substitute(place, [
      'attribute' in named
        ? addAttribute(element, named.attribute, value)
        : declare(element, named.prefix, value, false),
    ]);
  }
  if (pos === 'before' || pos === 'after') {
    if (place.parent === undefined) throw outsideRoot(operation.children);
    const nodes = pos === 'before' ? [...operation.children, place.node] : [place.node, ...operation.children];
    return spliced(place.parent, place.index, 1, nodes);
  }
  const target = elementAt(place);
  return spliced(target, pos === 'prepend' ? 0 : target.node.children.length, 0, operation.children);
}

function replace(root: XmlElement, operation: XmlElement, bindings: Bindings): XmlElement {
  const selector = parseSelector(required(operation, 'sel'), bindings);
  const place = unique(root, selector);
  if (selector.attribute !== undefined) {
    const { local, namespace } = selector.attribute;
    return substitute(place, [
      attributed(place, selector.attribute).withAttribute(local, textOnly(operation), namespace),
    ]);
  }
  if (selector.prefix !== undefined) {
    return substitute(place, [declare(elementAt(place).node, selector.prefix, textOnly(operation), true)]);
  }
  if (typeof place.node === 'string') {
    const text = textOnly(operation);
    if (place.parent === undefined) throw new PatchError('invalid-node-types', 'text outside the root');
    return spliced(place.parent, place.index, 1, [text]);
  }
  const [node, ...more] = operation.children;
  if (node === undefined || more.length > 0 || kind(node) !== kind(place.node)) {
    throw new PatchError('invalid-node-types', `one ${kind(place.node)} can only give way to one other`);
  }
  return substitute(place, [node]);
}

function remove(root: XmlElement, operation: XmlElement, bindings: Bindings): XmlElement {
  const selector = parseSelector(required(operation, 'sel'), bindings);
  const ws = oneOf(operation, 'ws', ['before', 'after', 'both']);
  const place = unique(root, selector);
  const inner = selector.attribute !== undefined || selector.prefix !== undefined;
  if (ws !== undefined && (inner || typeof place.node === 'string')) {
    throw new PatchError('invalid-patch-directive', 'ws is for elements, comments and instructions');
  }
  if (selector.attribute !== undefined) {
    const { local, namespace } = selector.attribute;
    return substitute(place, [attributed(place, selector.attribute).withAttribute(local, undefined, namespace)]);
  }
  if (selector.prefix !== undefined) return substitute(place, [undeclare(elementAt(place), selector.prefix)]);
  const { parent, index } = place;
  if (parent === undefined) throw new PatchError('invalid-root-element-operation', 'the root cannot be removed');
  const before = ws === 'before' || ws === 'both' ? 1 : 0;
  const after = ws === 'after' || ws === 'both' ? 1 : 0;
  if (before > 0) checkWhiteSpace(parent.node.children[index - 1]);
  if (after > 0) checkWhiteSpace(parent.node.children[index + 1]);
  return spliced(parent, index - before, before + 1 + after, []);
}

/** §4.1: the one node that the selector finds. */
function unique(root: XmlElement, selector: Selector): Place {
  const [place, ...more] = locate(root, selector);
  if (place !== undefined && more.length === 0) return place;
  const [first] = selector.steps;
  if (selector.id === undefined && selector.steps.length === 1 && first?.test.kind !== 'element') {
    throw new PatchError('invalid-xml-prolog-operation', 'nodes outside the root are not kept');
  }
  throw new PatchError('unlocated-node', place === undefined ? 'no node found' : `${more.length + 1} nodes found`);
}

function spliced(parent: Place<XmlElement>, index: number, removed: number, nodes: readonly XmlNode[]): XmlElement {
  const { children } = parent.node;
  const changed = joinTexts([...children.slice(0, index), ...nodes, ...children.slice(index + removed)]);
  return substitute(parent, [parent.node.withChildren(changed)]);
}

function addAttribute(element: XmlElement, { local, namespace }: XmlName, value: string): XmlElement {
  if (element.attribute(local, namespace) !== undefined) {
    throw new PatchError('invalid-patch-directive', `the attribute ${local} is there already`);
  }
  return element.withAttribute(local, value, namespace);
}

function attributed(place: Place, { local, namespace }: XmlName): XmlElement {
  const element = elementAt(place).node;
  if (element.attribute(local, namespace) !== undefined) return element;
  throw new PatchError('unlocated-node', `there is no attribute ${local}`);
}

function declare(element: XmlElement, prefix: string, namespace: string, present: boolean): XmlElement {
  if (namespace === '') throw new PatchError('invalid-namespace-uri', `the prefix ${prefix} needs a namespace`);
  if (prefix === 'xml' || prefix === 'xmlns' || element.declarations.some((one) => one.prefix === prefix) !== present) {
    throw new PatchError(
      'invalid-namespace-prefix',
      `the declaration of ${prefix} cannot be ${present ? 'changed' : 'added'}`,
    );
  }
  const declaration = { prefix, namespace };
  return redeclared(
    element,
    present
      ? element.declarations.map((one) => (one.prefix === prefix ? declaration : one))
      : [...element.declarations, declaration],
  );
}

/** §4.5.3: nothing may use the prefix any more; without prefixes we ask whether its namespace could be written otherwise. */
function undeclare(place: Place<XmlElement>, prefix: string): XmlElement {
  const { node } = place;
  const removed = node.declarations.find((one) => one.prefix === prefix);
  if (removed === undefined) throw new PatchError('invalid-namespace-prefix', `${prefix} is not declared here`);
  const others = node.declarations.filter((one) => one !== removed);
  let elsewhere = others;
  for (let outer = place.parent; outer !== undefined; outer = outer.parent)
    elsewhere = [...elsewhere, ...outer.node.declarations];
  if (!elsewhere.some(({ namespace }) => namespace === removed.namespace) && uses(node, removed.namespace)) {
    throw new PatchError('invalid-namespace-prefix', `${prefix} is in use`);
  }
  return redeclared(node, others);
}

function uses(element: XmlElement, namespace: string): boolean {
  return (
    element.namespace === namespace ||
    element.attributes.some((attribute) => attribute.namespace === namespace) ||
    element.elements.some((child) => uses(child, namespace))
  );
}

const redeclared = (element: XmlElement, declarations: readonly XmlDeclaration[]): XmlElement =>
  new XmlElement(element.namespace, element.local, element.attributes, element.children, declarations);

function elementAt(place: Place): Place<XmlElement> {
  if (isElement(place)) return place;
  throw new PatchError('invalid-node-types', 'the selector does not find an element');
}

function kind(node: XmlNode): 'element' | 'text' | 'comment' | 'instruction' {
  if (typeof node === 'string') return 'text';
  return node instanceof XmlElement ? 'element' : node.kind;
}

function textOnly({ children }: XmlElement): string {
  const [text = '', ...more] = children;
  if (typeof text === 'string' && more.length === 0) return text;
  throw new PatchError('invalid-node-types', 'the new value is text and nothing else');
}

function checkWhiteSpace(node: XmlNode | undefined): void {
  if (typeof node === 'string' && /^[ \t\r\n]+$/.test(node)) return;
  throw new PatchError('invalid-whitespace-directive', 'there is no white space to remove');
}

function outsideRoot(nodes: readonly XmlNode[]): PatchError {
  return nodes.some((node) => node instanceof XmlElement)
    ? new PatchError('invalid-root-element-operation', 'the root has no sibling elements')
    : new PatchError('invalid-xml-prolog-operation', 'nodes outside the root are not kept');
}

function required(operation: XmlElement, name: string): string {
  const value = operation.attribute(name);
  if (value !== undefined) return value;
  throw new PatchError('invalid-diff-format', `${operation.local} without ${name}`);
}

function oneOf<Value extends string>(operation: XmlElement, name: string, values: readonly Value[]): Value | undefined {
  const given = operation.attribute(name);
  if (given === undefined) return undefined;
  const value = values.find((one) => one === given);
  if (value !== undefined) return value;
  throw new PatchError('invalid-attribute-value', `${name}="${given}"`);
}
