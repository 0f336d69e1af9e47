import { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';

const SIMSERVS = 'http://uri.etsi.org/ngn/params/xml/simservs/xcap';
const COMMON_POLICY = 'urn:ietf:params:xml:ns:common-policy';

/** Who may not call a user, and whom she may not call: `all`, `anonymous`, `*@domain`, or a URI. */
export interface BarredParties {
  readonly incoming?: readonly string[];
  readonly outgoing?: readonly string[];
}

type Values = Readonly<Record<string, string>>;

const make =
  (namespace: string) =>
  (local: string, values: Values, ...children: (XmlElement | string)[]): XmlElement =>
    new XmlElement(
      namespace,
      local,
      Object.entries(values).map(([name, value]) => ({ namespace: '', local: name, value })),
      children,
    );
const service = make(SIMSERVS);
const policy = make(COMMON_POLICY);

/** The document of 3GPP TS 24.623 that bars them. */
export function barringDocument({ incoming = [], outgoing = [] }: BarredParties): string {
  const root = service(
    'simservs',
    {},
    service('incoming-communication-barring', { active: 'true' }, rules('incoming', incoming)),
    service('outgoing-communication-barring', { active: 'true' }, rules('outgoing', outgoing)),
  );
  const prefixes = [
    { prefix: '', namespace: SIMSERVS },
    { prefix: 'cp', namespace: COMMON_POLICY },
  ];
  return serialize(root, { prefixes, declaration: true });
}

const rules = (which: string, parties: readonly string[]): XmlElement =>
  policy('ruleset', {}, ...parties.map((party, at) => rule(`${which}-${at + 1}`, party)));

const rule = (id: string, party: string): XmlElement =>
  policy(
    'rule',
    { id },
    policy('conditions', {}, ...condition(party)),
    policy('actions', {}, service('allow', {}, 'false')),
  );

function condition(party: string): XmlElement[] {
  if (party === 'all') return [];
  if (party === 'anonymous') return [service('anonymous', {})];
  const whom = party.startsWith('*@')
    ? policy('many', { domain: party.slice('*@'.length) })
    : policy('one', { id: party });
  return [policy('identity', {}, whom)];
}
