import { XmlElement } from '../../xml/element.ts';

/** The extension by which one registers URLs that are called when conferences change (RFC 6503 §8). */
export const CALLBACK = 'callback';
const NAMESPACE = 'urn:plenary:callback';

/** Of which conferences one is told: of one by its XCON-URI, of those that are one's own, of all. */
export type CallbackScope = { readonly conference: string } | 'mine' | 'all';

export interface NewCallback {
  readonly url: string;
  readonly scope: CallbackScope;
}

/** A registration as the server has it. */
export interface Callback extends NewCallback {
  readonly id: string;
  /** The XCON-USERID of whoever sees what is told. */
  readonly owner?: string;
  /** Under which deliveries are signed; shown once, when it is made. */
  readonly secret?: string;
  /** RFC 3339. */
  readonly created?: string;
  /** Changes that wait to be delivered. */
  readonly waiting?: number;
  /** Why the last attempt failed, while it is to be repeated. */
  readonly failure?: string;
  /** Changes whose delivery was given up. */
  readonly dead?: readonly DeadLetter[];
}

export interface DeadLetter {
  readonly conference: string;
  /** 0: the conference was deleted. */
  readonly version: number;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string;
}

type Values = Readonly<Record<string, string | number | undefined>>;

function element(local: string, values: Values, children: readonly XmlElement[] = []): XmlElement {
  const attributes = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ namespace: '', local: name, value: String(value) }],
  );
  return new XmlElement(NAMESPACE, local, attributes, children);
}

const scopeValues = (scope: CallbackScope): Values =>
  typeof scope === 'string' ? { scope } : { scope: 'conference', conference: scope.conference };

/** What is asked for: a new registration, or one that is there by its id. */
export const encodeCallback = (callback: NewCallback | Callback | Pick<Callback, 'id'>): XmlElement => {
  const { id, scope, url, owner, secret, created, waiting, failure, dead = [] } = callback as Partial<Callback>;
  const values = { id, url, ...(scope && scopeValues(scope)), owner, secret, created, waiting, failure };
  return element(
    'callback',
    values,
    dead.map((letter) => element('dead', { ...letter })),
  );
};

export const encodeCallbacks = (callbacks: readonly Callback[]): XmlElement =>
  element('callbacks', {}, callbacks.map(encodeCallback));

/** What `callback` says among the elements of a message; what is missing is undefined. */
export function decodeCallback(elements: readonly XmlElement[] = []): Partial<Callback> | undefined {
  const callback = elements.find((one) => one.is(NAMESPACE, 'callback'));
  return callback && read(callback);
}

/** The list of an answer; undefined when there is none. */
export const decodeCallbacks = (elements: readonly XmlElement[] = []): Partial<Callback>[] | undefined =>
  elements
    .find((one) => one.is(NAMESPACE, 'callbacks'))
    ?.all(NAMESPACE, 'callback')
    .map(read);

function read(callback: XmlElement): Partial<Callback> {
  const text = (name: string): string | undefined => callback.attribute(name)?.trim();
  const texts = Object.fromEntries(
    TEXTS.flatMap((name) => {
      const value = text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const scope = scopeOf(text('scope'), text('conference'));
  const waiting = text('waiting');
  const dead = callback.all(NAMESPACE, 'dead').map(deadLetter);
  return {
    ...texts,
    ...(scope !== undefined && { scope }),
    ...(waiting !== undefined && { waiting: Number(waiting) }),
    ...(waiting !== undefined && { dead }),
  };
}

const TEXTS = ['id', 'url', 'owner', 'secret', 'created', 'failure'] as const;

function scopeOf(scope: string | undefined, conference: string | undefined): CallbackScope | undefined {
  if (scope === 'mine' || scope === 'all') return scope;
  return conference === undefined ? undefined : { conference };
}

const deadLetter = (dead: XmlElement): DeadLetter => ({
  conference: dead.attribute('conference') ?? '',
  version: Number(dead.attribute('version') ?? 0),
  at: dead.attribute('at') ?? '',
  reason: dead.attribute('reason') ?? '',
});
