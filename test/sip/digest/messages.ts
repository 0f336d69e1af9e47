/** A message as the digest code sees one. */
export interface BareMessage {
  readonly method: string;
  readonly target: string;
  readonly body: Buffer;
  readonly fields: readonly (readonly [name: string, value: string])[];
  headers(name: string): readonly string[];
}

export function message(
  fields: readonly (readonly [name: string, value: string])[] = [],
  { method = 'SUBSCRIBE', target = 'sip:conference@example.com', body = '' } = {},
): BareMessage {
  const headers = (name: string) => fields.flatMap(([other, value]) => (other === name ? [value] : []));
  return { method, target, body: Buffer.from(body), fields, headers };
}
