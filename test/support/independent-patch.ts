import { XmlAttribute, XmlDocument, XmlElement, type XmlNode, XmlText } from 'libxml2-wasm';

/**
 * Applies a patch of RFC 5261 as a watcher would who has none of our code: with libxml2, its XPath and its tree. Both
 * documents declare their prefixes on the root, and the same ones.
 */
export function patched(text: string | Uint8Array, patch: string | Uint8Array): string {
  const document = XmlDocument.fromBuffer(Buffer.from(text));
  const operations = XmlDocument.fromBuffer(Buffer.from(patch));
  try {
    const namespaces = operations.root.nsDeclarations;
    for (const operation of childrenOf(operations.root)) {
      const selector = operation.attr('sel')?.value ?? '';
      const [selected, ...more] = document.find(`/${selector}`, namespaces);
      if (selected === undefined || more.length > 0)
        throw new Error(`${selector} selects ${more.length + 1} nodes, or none`);
      if (operation.name === 'remove') selected.remove();
      else if (operation.name === 'replace') replace(selected, operation);
      else add(selected, operation);
    }
    return document.toString({ format: false });
  } finally {
    document.dispose();
    operations.dispose();
  }
}

const childrenOf = (element: XmlElement): XmlElement[] => nodesOf(element).filter((node) => node instanceof XmlElement);

function nodesOf(element: XmlElement): XmlNode[] {
  const nodes: XmlNode[] = [];
  for (let node = element.firstChild; node !== null; node = node.next) nodes.push(node);
  return nodes;
}

function replace(selected: XmlNode, operation: XmlElement): void {
  if (selected instanceof XmlAttribute) {
    selected.value = operation.content;
    return;
  }
  if (selected instanceof XmlText) {
    selected.content = operation.content;
    return;
  }
  if (!(selected instanceof XmlElement)) throw new Error('replaces what it is not made for');
  for (const child of childrenOf(operation)) fill(selected.prependElement(child.name, child.prefix), child);
  selected.remove();
}

function add(selected: XmlNode, operation: XmlElement): void {
  if (!(selected instanceof XmlElement)) throw new Error('adds to what it is not made for');
  const type = operation.attr('type')?.value;
  if (type !== undefined) {
    const [local = '', prefix] = type.slice(1).split(':').reverse();
    selected.setAttr(local, operation.content, prefix);
    return;
  }
  const pos = operation.attr('pos')?.value;
  const first = pos === 'prepend' ? selected.firstChild : null;
  if (pos === 'after') {
    // Each stands directly behind what is selected, so the last goes in first.
    for (const child of childrenOf(operation).reverse()) fill(selected.appendElement(child.name, child.prefix), child);
  } else if (pos === 'before' || first instanceof XmlElement) {
    const anchor = first instanceof XmlElement ? first : selected;
    for (const child of childrenOf(operation)) fill(anchor.prependElement(child.name, child.prefix), child);
  } else {
    copy(operation, selected);
  }
}

function copy(from: XmlElement, into: XmlElement): void {
  for (const node of nodesOf(from)) {
    if (node instanceof XmlElement) fill(into.addElement(node.name, node.prefix), node);
    else into.addText(node.content);
  }
}

function fill(made: XmlElement, from: XmlElement): void {
  for (const { name, value, prefix } of from.attrs) made.setAttr(name, value, prefix);
  copy(from, made);
}
