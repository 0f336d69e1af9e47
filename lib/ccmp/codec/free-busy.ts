import { XmlElement, type XmlAttribute } from '../../xml/element.ts';
import { readMoment, writtenMoment } from './moments.ts';

/** The extension that tells when a user is in conferences. */
export const FREE_BUSY = 'freeBusy';
const NAMESPACE = 'urn:plenary:free-busy';

/** Moments are milliseconds since 1970. */
export interface BusyTime {
  readonly start: number;
  readonly end: number;
}

export interface AskedFreeBusy {
  /** An XCON-USERID or an address; oneself when absent. */
  readonly of?: string;
  readonly from: number;
  readonly to: number;
}

const attribute = (local: string, value: string): XmlAttribute => ({ namespace: '', local, value });

export const encodeAskedFreeBusy = ({ of, from, to }: AskedFreeBusy): XmlElement =>
  new XmlElement(NAMESPACE, 'asked', [
    ...(of === undefined ? [] : [attribute('of', of)]),
    attribute('from', writtenMoment(from)),
    attribute('to', writtenMoment(to)),
  ]);

/** Undefined where it does not say from when to when. */
export function decodeAskedFreeBusy(elements: readonly XmlElement[] = []): AskedFreeBusy | undefined {
  const asked = elements.find((one) => one.is(NAMESPACE, 'asked'));
  const [from, to] = ['from', 'to'].map((name) => readMoment(asked?.attribute(name)));
  const of = asked?.attribute('of')?.trim();
  if (from === undefined || to === undefined) return undefined;
  return { ...(of !== undefined && of !== '' && { of }), from, to };
}

export const encodeFreeBusy = (times: readonly BusyTime[]): XmlElement =>
  new XmlElement(
    NAMESPACE,
    'busy-times',
    [],
    times.map(
      ({ start, end }) =>
        new XmlElement(NAMESPACE, 'busy', [
          attribute('start', writtenMoment(start)),
          attribute('end', writtenMoment(end)),
        ]),
    ),
  );

export const decodeFreeBusy = (elements: readonly XmlElement[] = []): BusyTime[] | undefined =>
  elements
    .find((one) => one.is(NAMESPACE, 'busy-times'))
    ?.all(NAMESPACE, 'busy')
    .map((one) => ({ start: readMoment(one.attribute('start')) ?? 0, end: readMoment(one.attribute('end')) ?? 0 }));
