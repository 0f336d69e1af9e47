import { request, type Agent, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Each WWW-Authenticate by itself. */
  readonly challenges: readonly string[];
  readonly body: string;
}

/** Sends exactly these headers beside Host and Content-Length. */
export function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  agent: Agent | false = false,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const sent = request(
      url,
      { method: 'POST', headers: { 'Content-Length': length, ...headers }, agent },
      (received) => {
        text(received).then((content) => {
          const { statusCode: status = 0, headersDistinct } = received;
          const challenges = headersDistinct['www-authenticate'] ?? [];
          resolve({ status, headers: received.headers, challenges, body: content });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
