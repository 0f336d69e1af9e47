/** Texts of simservs documents (3GPP TS 24.623), for tests. */
export const simservs = (inside: string): string =>
  '<simservs xmlns="http://uri.etsi.org/ngn/params/xml/simservs/xcap" xmlns:cp="urn:ietf:params:xml:ns:common-policy"' +
  ` xmlns:ocp="urn:oma:xml:xdm:common-policy">${inside}</simservs>`;

const service =
  (name: string) =>
  (rules: string, active = 'true'): string =>
    `<${name} active="${active}"><cp:ruleset>${rules}</cp:ruleset></${name}>`;

export const incoming = service('incoming-communication-barring');
export const outgoing = service('outgoing-communication-barring');

let rules = 0;

/** A rule under an id of its own. */
export const rule = (conditions: string, allow: boolean, id = `rule${String((rules += 1))}`): string =>
  `<cp:rule id="${id}"><cp:conditions>${conditions}</cp:conditions><cp:actions><allow>${String(allow)}</allow></cp:actions></cp:rule>`;

export const one = (id: string): string => `<cp:identity><cp:one id="${id}"/></cp:identity>`;
