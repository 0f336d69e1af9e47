import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AssertionError } from 'chai';
import { RelaxNGValidator, XmlDocument, XmlLibError, XsdValidator, xmlRegisterInputProvider } from 'libxml2-wasm';
import { fsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

// What a schema imports or includes is read from beside it.
xmlRegisterInputProvider(fsInputProviders);

const FILES = {
  ccmp: 'ccmp.xsd',
  'conference-info': 'conference-info.xsd',
  'xcon-conference-info': 'xcon-document.xsd',
  'xcon-conference-info-rng': 'xcon-conference-info.rng',
  'conference-info-diff': 'xcon-conference-info-diff.xsd',
  'conf-summary': 'conf-summary.xsd',
  'conference-changes': 'conference-changes.xsd',
  occurrences: 'occurrences.xsd',
  'free-busy': 'free-busy.xsd',
  callbacks: 'callbacks.xsd',
  simservs: 'simservs.xsd',
  'xcap-error': 'xcap-error.xsd',
  barring: 'barring.xsd',
  webdav: 'webdav.xsd',
  caldav: 'caldav.xsd',
  rlmi: 'rlmi.xsd',
  'resource-lists': 'resource-lists.xsd',
  'xcap-caps': 'xcap-caps.xsd',
} as const;

/** The documents that we speak, by the schema that checks them; RFC 6501's has two, XSD for the order, RELAX NG for the places. */
export type DocumentKind = keyof typeof FILES;

interface Validator {
  validate(document: XmlDocument): void;
}

const compiled = new Map<DocumentKind, Validator>();

function validatorOf(kind: DocumentKind): Validator {
  const validator = compiled.get(kind) ?? compile(kind);
  compiled.set(kind, validator);
  return validator;
}

function compile(kind: DocumentKind): Validator {
  const file = fileURLToPath(new URL(`../../schemas/${FILES[kind]}`, import.meta.url));
  return withDocument(readFileSync(file), file, (schema) =>
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- RFC 6501 §5 is RELAX NG, which libxml2 reads for now
    file.endsWith('.rng') ? RelaxNGValidator.fromDoc(schema) : XsdValidator.fromDoc(schema),
  );
}

/** What is wrong with the document, one `line: message` each, ill-formed XML included; empty when it is valid. */
export function validate(kind: DocumentKind, xml: string | Uint8Array): string[] {
  const validator = validatorOf(kind);
  try {
    withDocument(Buffer.from(xml), '', (document) => validator.validate(document));
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ line, message }) => `${line}: ${message.trim()}`);
  }
}

/** Throws an assertion error that lists what is wrong above the numbered lines of the document. */
export function expectValid(kind: DocumentKind, xml: string | Uint8Array): void {
  const errors = validate(kind, xml);
  if (errors.length === 0) return;
  const lines = Buffer.from(xml).toString().split('\n');
  const listing = lines.map((line, at) => `${String(at + 1).padStart(4)} ${line}`);
  throw new AssertionError([`not a valid ${kind} document`, ...errors, ...listing].join('\n'));
}

/** libxml2's memory is not Node's: a document lives as long as its use. */
function withDocument<T>(xml: Uint8Array, url: string, use: (document: XmlDocument) => T): T {
  const document = XmlDocument.fromBuffer(xml, { url });
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}
