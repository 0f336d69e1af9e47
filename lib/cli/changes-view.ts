import type { ConferenceChanges } from '../ccmp/codec/conference-changes.ts';
import { PREFIXES } from '../model/names.ts';
import { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';

export interface ChangesView {
  /** Whether only a retrieve tells what changed. */
  readonly retrieve: boolean;
  readonly operations: readonly {
    readonly operation: string;
    readonly selector: string;
    /** What it adds or puts in the place, as XML. */
    readonly content: string;
  }[];
}

/** What `--json` shows of the changes of a conference (RFC 5261). */
export function changesView(changes: ConferenceChanges | undefined): ChangesView {
  const operations = changes?.diff?.elements ?? [];
  return {
    retrieve: changes === undefined,
    operations: operations.map((operation) => ({
      operation: operation.local,
      selector: operation.attribute('sel') ?? '',
      content: operation.children.map(textOf).join(''),
    })),
  };
}

const textOf = (node: XmlElement['children'][number]): string =>
  node instanceof XmlElement ? serialize(node, { scope: PREFIXES }) : typeof node === 'string' ? node : '';
