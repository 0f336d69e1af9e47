import { CONFERENCE_INFO } from '../../model/names.ts';
import { XmlElement, type XmlAttribute } from '../../xml/element.ts';
import { readMoment as moment, writtenMoment } from './moments.ts';

/** The extension that tells when a conference takes place, and by which moderators steer that. */
export const OCCURRENCES = 'occurrences';
const NAMESPACE = 'urn:plenary:occurrences';

/** Moments are milliseconds since 1970. */
export interface Occurrence {
  /** When it was to begin before anybody moved it, in UTC: `20301007T070000Z`. */
  readonly id: string;
  readonly start: number;
  readonly end?: number;
  /** When it may be joined. */
  readonly opens: number;
  readonly state: 'over' | 'open' | 'planned';
  /** The XCON-URI of what stands for it, where that is not the conference itself. */
  readonly child?: string;
}

/** What stands for some occurrences of a series: one, from one to another, or without `to` one and all later ones. */
export interface OccurrenceChild {
  /** XCON-URI. */
  readonly uri: string;
  readonly from: string;
  readonly to?: string;
}

export interface AskedOccurrences {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

export type AskedSteering =
  | { readonly action: 'start' | 'end' }
  | { readonly action: 'extend'; readonly until: number }
  | { readonly action: 'cancel'; readonly id: string };

/** Some occurrences by their ids: one, from one to another, or one and all later ones. */
export interface AskedChange {
  readonly from: string;
  readonly to?: string;
  /** `conference-info`. */
  readonly changes: XmlElement;
}

type Values = Readonly<Record<string, string | number | undefined>>;

const element = (local: string, values: Values, children: readonly XmlElement[] = []): XmlElement => {
  const attributes = Object.entries(values).flatMap(([name, value]): XmlAttribute[] =>
    value === undefined ? [] : [{ namespace: '', local: name, value: String(value) }],
  );
  return new XmlElement(NAMESPACE, local, attributes, children);
};

const written = (at: number | undefined): string | undefined => (at === undefined ? undefined : writtenMoment(at));

const find = (elements: readonly XmlElement[] | undefined, local: string): XmlElement | undefined =>
  elements?.find((one) => one.is(NAMESPACE, local));

export const encodeAsked = ({ from, to, limit }: AskedOccurrences): XmlElement =>
  element('between', { from: written(from), to: written(to), limit });

/** Undefined where an attribute is no moment or number. */
export function decodeAsked(elements: readonly XmlElement[] | undefined): AskedOccurrences | undefined {
  const asked = find(elements, 'between');
  const [from, to] = ['from', 'to'].map((name) => moment(asked?.attribute(name)));
  const limit = asked?.attribute('limit');
  const wrong = [asked?.attribute('from'), asked?.attribute('to')].filter(Boolean).length;
  if (wrong !== [from, to].filter((at) => at !== undefined).length) return undefined;
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) return undefined;
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(limit !== undefined && { limit: Number(limit) }),
  };
}

export const encodeOccurrences = (occurrences: readonly Occurrence[]): XmlElement =>
  element(
    'occurrences',
    {},
    occurrences.map(({ id, start, end, opens, state, child }) =>
      element('occurrence', { id, start: written(start), end: written(end), opens: written(opens), state, child }),
    ),
  );

export function decodeOccurrences(elements: readonly XmlElement[] | undefined): Occurrence[] | undefined {
  return find(elements, 'occurrences')
    ?.all(NAMESPACE, 'occurrence')
    .map((one) => {
      const end = moment(one.attribute('end'));
      const state = one.attribute('state');
      const child = one.attribute('child');
      return {
        id: one.attribute('id') ?? '',
        start: moment(one.attribute('start')) ?? 0,
        opens: moment(one.attribute('opens')) ?? 0,
        state: state === 'over' || state === 'open' ? state : 'planned',
        ...(end !== undefined && { end }),
        ...(child !== undefined && { child }),
      };
    });
}

export const encodeChildren = (children: readonly OccurrenceChild[]): XmlElement =>
  element(
    'children',
    {},
    children.map(({ uri, from, to }) => element('child', { uri, from, to })),
  );

export function decodeChildren(elements: readonly XmlElement[] | undefined): OccurrenceChild[] | undefined {
  return find(elements, 'children')
    ?.all(NAMESPACE, 'child')
    .map((one) => {
      const to = one.attribute('to');
      const [uri = '', from = ''] = ['uri', 'from'].map((name) => one.attribute(name));
      return { uri, from, ...(to !== undefined && { to }) };
    });
}

export const encodeChange = ({ from, to, changes }: AskedChange): XmlElement =>
  element('change', from === to ? { id: from } : { from, to }, [changes]);

/** Undefined where nothing is to be changed, or not by one `conference-info`. */
export function decodeChange(elements: readonly XmlElement[] | undefined): AskedChange | undefined {
  const asked = find(elements, 'change');
  const [changes, ...more] = asked?.elements ?? [];
  const id = asked?.attribute('id')?.trim();
  const from = id ?? asked?.attribute('from')?.trim();
  const to = id ?? asked?.attribute('to')?.trim();
  if (from === undefined || changes?.is(CONFERENCE_INFO, 'conference-info') !== true || more.length > 0)
    return undefined;
  return { from, ...(to !== undefined && { to }), changes };
}

export const encodeSteering = (asked: AskedSteering): XmlElement =>
  element(asked.action, {
    ...('until' in asked && { until: written(asked.until) }),
    ...('id' in asked && { id: asked.id }),
  });

export function decodeSteering(elements: readonly XmlElement[] = []): AskedSteering | undefined {
  for (const one of elements) {
    if (one.is(NAMESPACE, 'start')) return { action: 'start' };
    if (one.is(NAMESPACE, 'end')) return { action: 'end' };
    const until = moment(one.attribute('until'));
    if (one.is(NAMESPACE, 'extend') && until !== undefined) return { action: 'extend', until };
    const id = one.attribute('id');
    if (one.is(NAMESPACE, 'cancel') && id !== undefined) return { action: 'cancel', id: id.trim() };
  }
  return undefined;
}
