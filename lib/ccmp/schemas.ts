import { readdirSync, readFileSync } from 'node:fs';
import type { Service } from '../http/edge.ts';

const DIRECTORY = new URL('../../schemas/', import.meta.url);

/** Where the XML schemas are, beside the path of the service. */
export const schemasPath = (path: string): string => `${path.replace(/\/$/, '')}/schemas`;

/** Serves the XML schemas of every document that we speak; `schema-def` of optionsResponse refers to them. */
export function schemaFiles(path: string): Readonly<Record<string, Service>> {
  const files = readdirSync(DIRECTORY).filter((file) => /\.(?:xsd|rng)$/.test(file));
  return Object.fromEntries(
    files.map((file) => [`${schemasPath(path)}/${file}`, schemaFile(new URL(file, DIRECTORY))]),
  );
}

function schemaFile(file: URL): Service {
  const schema = readFileSync(file);
  return (exchange) => {
    const { method } = exchange.request;
    if (method === 'GET' || method === 'HEAD') exchange.answer(200, 'application/xml', schema);
    else {
      exchange.headers['Allow'] = 'GET, HEAD';
      exchange.answerText(405, 'Method Not Allowed');
    }
  };
}
