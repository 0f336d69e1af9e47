import { XmlElement } from '../xml/element.ts';
import { parse, XmlError } from '../xml/parse.ts';
import { normaliseDomain, normaliseIdentity } from './identity.ts';
import type { Condition, Exception, Member, Period, Rule } from './rules.ts';

/** 3GPP TS 24.623: the document of a user's supplementary services. */
export const SIMSERVS = 'http://uri.etsi.org/ngn/params/xml/simservs/xcap';
/** RFC 4745 §13. */
export const COMMON_POLICY = 'urn:ietf:params:xml:ns:common-policy';
const OMA_COMMON_POLICY = 'urn:oma:xml:xdm:common-policy';

/** The rules of a user for what reaches her and for what she begins; none where a service is not active. */
export interface BarringRules {
  readonly incoming: readonly Rule[];
  readonly outgoing: readonly Rule[];
}

export interface DocumentLimits {
  /** Length of a document. */
  readonly bytes: number;
  /** Elements of a document, which bound the work of a decision. */
  readonly elements: number;
}

export const documentDefaults: DocumentLimits = { bytes: 65_536, elements: 2_000 };

/** The document can not be kept; `problem` is the element of RFC 4825 §11.1 that says why. */
export class UnusableDocument extends Error {
  readonly problem: 'not-well-formed' | 'not-utf-8' | 'schema-validation-error' | 'constraint-failure';

  constructor(problem: UnusableDocument['problem'], message: string) {
    super(message);
    this.name = 'UnusableDocument';
    this.problem = problem;
  }
}

/** Reads a document; services other than communication barring are let stand as they are. @throws {UnusableDocument} */
export function readSimservs(text: string | Uint8Array, limits: DocumentLimits = documentDefaults): XmlElement {
  try {
    return parse(text, { ...limits, depth: 32, attributes: 32 });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new UnusableDocument(/UTF-8/.test(error.message) ? 'not-utf-8' : 'not-well-formed', error.message);
  }
}

/** The barring rules of a document (TS 24.611 §4.9). @throws {UnusableDocument} */
export function barringRules(simservs: XmlElement): BarringRules {
  if (!simservs.is(SIMSERVS, 'simservs')) throw invalid('the root is not simservs of TS 24.623');
  textless(simservs);
  const ids = new Set<string>();
  const service = (name: string): readonly Rule[] => {
    const found = simservs.all(SIMSERVS, name);
    if (found.length > 1) throw invalid(`<${name}> stands twice`);
    const rules = found.flatMap((one) => serviceRules(one, ids));
    return found.every(active) ? rules : [];
  };
  return {
    incoming: service('incoming-communication-barring'),
    outgoing: service('outgoing-communication-barring'),
  };
}

function serviceRules(service: XmlElement, ids: Set<string>): readonly Rule[] {
  active(service);
  const [ruleset, ...more] = only(service, COMMON_POLICY, 'ruleset');
  if (more.length > 0) throw invalid(`<${service.local}> holds more than one ruleset`);
  return ruleset === undefined ? [] : only(ruleset, COMMON_POLICY, 'rule').map((rule) => readRule(rule, ids));
}

const PARTS = ['conditions', 'actions', 'transformations'];

function readRule(rule: XmlElement, ids: Set<string>): Rule {
  const id = rule.attribute('id')?.trim() ?? '';
  if (!/^[\p{L}_][\p{L}\p{N}._\-\u00b7]*$/u.test(id)) throw invalid('a rule has no id that is a name of XML');
  if (ids.has(id)) throw invalid(`the id ${id} stands twice`);
  ids.add(id);
  const parts = only(rule, COMMON_POLICY, ...PARTS);
  if (parts.some(({ local }, at) => at > 0 && PARTS.indexOf(local) <= PARTS.indexOf(parts[at - 1]?.local ?? '')))
    throw invalid(`rule ${id}: conditions, actions and transformations stand once and in this order`);
  const part = (name: string): readonly XmlElement[] => {
    const found = rule.first(COMMON_POLICY, name);
    if (found !== undefined) textless(found);
    return found?.elements ?? [];
  };
  return { id, conditions: part('conditions').map(readCondition), allow: readAllow(part('actions')) };
}

function readAllow(actions: readonly XmlElement[]): boolean {
  const [allow, ...more] = actions.filter((one) => one.is(SIMSERVS, 'allow'));
  if (more.length > 0) throw invalid('<allow> stands twice in a rule');
  return allow !== undefined && boolean(textOf(allow), '<allow>');
}

const EMPTY = new Set([
  ...['anonymous', 'roaming', 'communication-diverted', 'rule-deactivated'],
  ...['international', 'international-exHC'],
]);

function readCondition(condition: XmlElement): Condition {
  const { namespace, local } = condition;
  if (namespace === SIMSERVS && EMPTY.has(local)) {
    only(condition, SIMSERVS);
    return local.startsWith('international') ? { kind: 'unknown' } : { kind: local as 'anonymous' };
  }
  if (condition.is(SIMSERVS, 'media')) return { kind: 'media', type: textOf(condition).trim().toLowerCase() };
  if (condition.is(OMA_COMMON_POLICY, 'other-identity')) return { kind: 'other-identity' };
  if (condition.is(OMA_COMMON_POLICY, 'anonymous-request')) return { kind: 'anonymous' };
  if (namespace !== COMMON_POLICY) return { kind: 'unknown' };
  switch (local) {
    case 'identity':
      return { kind: 'identity', members: readMembers(condition) };
    case 'validity':
      return { kind: 'validity', periods: readPeriods(condition) };
    case 'sphere':
      if (condition.attribute('value') === undefined) throw invalid('<sphere> has no value');
      only(condition, COMMON_POLICY);
      return { kind: 'unknown' };
    default:
      throw invalid(`<${local}> is no condition of RFC 4745`);
  }
}

function readMembers(identity: XmlElement): readonly Member[] {
  textless(identity);
  if (identity.elements.length === 0) throw invalid('<identity> names nobody');
  return identity.elements.flatMap((member): Member[] => {
    if (member.is(COMMON_POLICY, 'one')) return [{ kind: 'one', id: readId(member) }];
    if (member.is(COMMON_POLICY, 'many')) return [readMany(member)];
    if (member.namespace === COMMON_POLICY) throw invalid(`<${member.local}> names nobody`);
    return [];
  });
}

function readMany(many: XmlElement): Member {
  textless(many);
  const domain = many.attribute('domain');
  const except = many.elements.flatMap((one): Exception[] => {
    if (one.is(COMMON_POLICY, 'except')) return readException(one);
    if (one.namespace === COMMON_POLICY) throw invalid(`<${one.local}> is no exception`);
    return [];
  });
  return { kind: 'many', ...(domain !== undefined && { domain: normaliseDomain(domain) }), except };
}

/** One with both attributes excepts what either names. */
function readException(except: XmlElement): Exception[] {
  only(except, COMMON_POLICY);
  const domain = except.attribute('domain');
  return [
    ...(except.attribute('id') === undefined ? [] : [{ id: readId(except) }]),
    ...(domain === undefined ? [] : [{ domain: normaliseDomain(domain) }]),
  ];
}

function readId(single: XmlElement): string {
  const id = single.attribute('id')?.trim();
  textless(single);
  if (single.elements.some(({ namespace }) => namespace === COMMON_POLICY))
    throw invalid(`<${single.local}> holds more`);
  if (!id) throw invalid(`<${single.local}> has no id`);
  return normaliseIdentity(id);
}

function readPeriods(validity: XmlElement): readonly Period[] {
  textless(validity);
  const moments = validity.elements;
  const inPairs = moments.every((one, at) => one.is(COMMON_POLICY, at % 2 === 0 ? 'from' : 'until'));
  if (moments.length === 0 || moments.length % 2 === 1 || !inPairs)
    throw invalid('<validity> is not of from and until by turns');
  const times = moments.map((one) => readTime(textOf(one).trim()));
  return times.flatMap((from, at) => (at % 2 === 0 ? [{ from, until: times[at + 1] ?? from }] : []));
}

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/** XML Schema dateTime; without a zone it is taken as UTC. */
function readTime(text: string): number {
  const [, local, zone] = DATE_TIME.exec(text) ?? [];
  const at = Date.parse(zone === undefined ? `${text}Z` : text);
  // A day that its month does not have would be one of the next month.
  if (local === undefined || Number.isNaN(at) || !new Date(`${local}Z`).toISOString().startsWith(local))
    throw invalid(`${text} is no dateTime`);
  return at;
}

/** An element that only holds children of these names. */
function only(element: XmlElement, namespace: string, ...names: readonly string[]): readonly XmlElement[] {
  textless(element);
  const wrong = element.elements.find((child) => child.namespace !== namespace || !names.includes(child.local));
  if (wrong !== undefined) throw invalid(`<${wrong.local}> has no place in <${element.local}>`);
  return element.elements;
}

/** The text of an element that holds nothing else. */
function textOf(element: XmlElement): string {
  if (element.elements.length > 0) throw invalid(`<${element.local}> holds more than text`);
  return element.text;
}

function textless(element: XmlElement): void {
  if (element.text.trim() !== '') throw invalid(`<${element.local}> holds text`);
}

function active(service: XmlElement): boolean {
  const value = service.attribute('active');
  return value === undefined || boolean(value, 'active');
}

function boolean(text: string, what: string): boolean {
  const value = text.trim();
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw invalid(`${what} is neither true nor false`);
}

const invalid = (why: string): UnusableDocument => new UnusableDocument('schema-validation-error', why);
