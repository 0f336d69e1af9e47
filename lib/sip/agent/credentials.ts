import { DigestClient, type DigestIdentity } from '../digest/client.ts';
import type { Credentials } from '../dialog/layer.ts';

/** Answers challenges by digest (RFC 3261 §22.2), in each realm as somebody of it. */
export function digestCredentials(identify: (realm: string) => DigestIdentity | undefined): Credentials {
  const client = new DigestClient(identify);
  return (request, challenge) => {
    const sent = {
      method: request.method,
      target: request.uriText,
      body: request.body,
      headers: (name: string) => request.headers(name),
    };
    const fields = client.answer(sent, challenge);
    return fields === undefined ? undefined : Object.fromEntries(fields);
  };
}
