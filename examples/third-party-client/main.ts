// A CCMP client as somebody without this package would write it: xmlbuilder2 writes the requests, fast-xml-parser reads
// the answers. It creates a conference, retrieves it, finds it in the list of conferences and deletes it.
// Run: `npm start` in one terminal, `npx tsx examples/third-party-client/main.ts` in another.
import { XMLParser } from 'fast-xml-parser';
import { create } from 'xmlbuilder2';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const [name = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = name.includes('@') ? name : `${name}@example.com`;

const CCMP = 'urn:ietf:params:xml:ns:xcon-ccmp';
const INFO = 'urn:ietf:params:xml:ns:conference-info';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** A request (RFC 6503 §5.1): `type` as in the names of §11. */
interface CcmpRequest {
  readonly type: 'conf' | 'confs';
  readonly operation?: 'create' | 'retrieve' | 'delete';
  readonly confObjID?: string;
  /** The name to show of the conference to create. */
  readonly displayText?: string;
}

interface CcmpResponse {
  readonly 'response-code': string;
  readonly 'response-string'?: string;
  readonly confObjID?: string;
  readonly version?: string;
  readonly confResponse?: { readonly confInfo?: ConferenceInfo };
  readonly confsResponse?: { readonly confsInfo?: { readonly entry?: readonly { readonly uri: string }[] } };
}

interface ConferenceInfo {
  readonly '@entity': string;
  readonly 'conference-description'?: {
    readonly 'display-text'?: string;
    readonly 'conf-uris'?: { readonly entry?: readonly { readonly uri: string }[] };
  };
}

const created = await ask({ type: 'conf', operation: 'create', displayText: 'Fish & Chips' });
const uri = created.confObjID ?? fail('create answered without confObjID');
console.log(`created    ${uri}, version ${created.version ?? ''}`);

const shown = (await ask({ type: 'conf', operation: 'retrieve', confObjID: uri })).confResponse?.confInfo;
const description = shown?.['conference-description'];
if (shown?.['@entity'] !== uri) fail('retrieve answered with another conference');
if (description?.['display-text'] !== 'Fish & Chips') fail('the name of the conference was changed');
console.log(`retrieved  ${description['display-text']}, ${description['conf-uris']?.entry?.[0]?.uri ?? 'no address'}`);

if (!(await list()).includes(uri)) fail('the list lacks the conference');
console.log('listed     it is there');

await ask({ type: 'conf', operation: 'delete', confObjID: uri });
if ((await list()).includes(uri)) fail('the list still has the conference');
console.log('deleted    it is gone');

async function list(): Promise<string[]> {
  const { confsResponse } = await ask({ type: 'confs' });
  return (confsResponse?.confsInfo?.entry ?? []).map((entry) => entry.uri);
}

async function ask(request: CcmpRequest): Promise<CcmpResponse> {
  const answer = await fetch(server, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/ccmp+xml;charset=UTF-8',
      Accept: 'application/ccmp+xml',
      Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
    body: write(request),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  // Everything that CCMP says travels in a 2xx; other statuses are HTTP's own (RFC 6503 §9).
  if (!answer.ok) fail(`HTTP ${answer.status}: ${text.trim()}`);
  const response = read(text);
  if (response['response-code'] !== '200') {
    fail(`${request.type}: ${response['response-code']} ${response['response-string'] ?? ''}`);
  }
  return response;
}

/** The root and the element named after the message are in the namespace of CCMP, the parameters in none (§11). */
function write({ type, operation, confObjID, displayText }: CcmpRequest): string {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele(CCMP, 'ccmp:ccmpRequest');
  const message = root.ele('', 'ccmpRequest').att(XSI, 'xsi:type', `ccmp:ccmp-${type}-request-message-type`);
  message.ele('', 'confUserID').txt(`xcon-userid:${user}`);
  if (confObjID !== undefined) message.ele('', 'confObjID').txt(confObjID);
  if (operation !== undefined) message.ele('', 'operation').txt(operation);
  const special = message.ele(CCMP, `ccmp:${type}Request`);
  if (displayText !== undefined) {
    const domain = user.slice(user.indexOf('@'));
    const info = special.ele('', 'confInfo').att('entity', `xcon:AUTO_GENERATE_1${domain}`);
    info.ele(INFO, 'info:conference-description').ele(INFO, 'info:display-text').txt(displayText);
  }
  return root.end();
}

/** Names without their prefixes: this parser knows no namespaces, and these documents have no name in two of them. */
function read(text: string): CcmpResponse {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
    isArray: (name) => name === 'entry',
  });
  const { ccmpResponse } = parser.parse(text) as { ccmpResponse: { ccmpResponse: CcmpResponse } };
  return ccmpResponse.ccmpResponse;
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
