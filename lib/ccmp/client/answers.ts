import { CONFERENCE_INFO, info } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import type { CcmpResponse } from '../codec/response.ts';
import { TransportError } from './errors.ts';

export interface Versioned {
  readonly version: number | undefined;
}

export interface ListEntry {
  readonly uri: string;
  readonly displayText: string | undefined;
  readonly purpose: string | undefined;
}

/** What a server serves; a message without operations has none or all of its own. */
export interface ServedMessage {
  readonly name: string;
  readonly operations: readonly string[] | undefined;
  /** Of an extension: where its schema is, and what it is for. */
  readonly extension?: { readonly schema: string; readonly description: string | undefined };
}

export const versioned = ({ version }: CcmpResponse): Versioned => ({ version });

export const named = (entity: string | undefined): XmlElement | undefined =>
  entity === undefined ? undefined : info('user', { entity });

/** @throws {TransportError} when the answer lacks what it must have */
export function present<T>(content: T | undefined, parameter: string): T {
  if (content === undefined) throw new TransportError(`the answer lacks ${parameter}`);
  return content;
}

export const entriesOf = (list: XmlElement | undefined): ListEntry[] =>
  (list?.all(CONFERENCE_INFO, 'entry') ?? []).map((entry) => {
    const text = (local: string) => entry.first(CONFERENCE_INFO, local)?.text.trim();
    return { uri: text('uri') ?? '', displayText: text('display-text'), purpose: text('purpose') };
  });

/** RFC 6503 §5.3.12: the standard messages, then the extensions. */
export function servedMessages(options: XmlElement | undefined): ServedMessage[] {
  const list = (name: string): XmlElement[] => options?.first('', `${name}-list`)?.all('', name) ?? [];
  const text = (message: XmlElement, local: string) => message.first('', local)?.text.trim();
  const message = (one: XmlElement): ServedMessage => ({
    name: text(one, 'name') ?? '',
    operations: one.first('', 'operations')?.elements.map((operation) => operation.text.trim()),
  });
  return [
    ...list('standard-message').map(message),
    ...list('extended-message').map((one) => ({
      ...message(one),
      extension: { schema: text(one, 'schema-def') ?? '', description: text(one, 'description') },
    })),
  ];
}
