import { XmlElement } from '../../xml/element.ts';

/** The extension of RFC 6503 §6.9, in the namespace of its figure 27. */
export const CONF_SUMMARY = 'confSummaryRequest';
const NAMESPACE = 'http://example.com/ccmp-extension';

/** A conference in four lines. */
export interface ConferenceSummary {
  readonly title: string;
  /** Undefined where the reader may not know. */
  readonly status: 'active' | 'registered' | undefined;
  /** Whether everybody who has an account may take part. */
  readonly public: boolean;
  /** The types of its media, such as `audio`. */
  readonly media: readonly string[];
}

/** `confSummary` (figure 28); its children are unqualified, for figure 27 does not say otherwise. */
export function encodeSummary({ title, status, public: isPublic, media }: ConferenceSummary): XmlElement {
  const texts = { title, status: status ?? '', public: String(isPublic), media: media.join(' ') };
  const children = Object.entries(texts).map(
    ([local, text]) => new XmlElement('', local, [], text === '' ? [] : [text]),
  );
  return new XmlElement(NAMESPACE, 'confSummary', [], children);
}

/** Undefined when there is no summary among the elements of an answer. */
export function decodeSummary(elements: readonly XmlElement[] = []): ConferenceSummary | undefined {
  const summary = elements.find((element) => element.is(NAMESPACE, 'confSummary'));
  if (summary === undefined) return undefined;
  const text = (local: string): string => summary.first('', local)?.text.trim() ?? '';
  const status = text('status');
  return {
    title: text('title'),
    status: status === 'active' || status === 'registered' ? status : undefined,
    public: text('public') === 'true' || text('public') === '1',
    media: text('media').split(/\s+/).filter(Boolean),
  };
}
