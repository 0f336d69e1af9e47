import { parse, type XmlLimits } from '../../xml/parse.ts';
import { encodeRequest, type CcmpRequest } from '../codec/request.ts';
import { decodeResponse, type CcmpResponse } from '../codec/response.ts';
import { servedMessages, type ServedMessage } from './answers.ts';
import { HttpCredentials } from './credentials.ts';
import { CcmpError, TransportError } from './errors.ts';
import { Transport, transportDefaults, type TransportOptions } from './transport.ts';

export interface ClientOptions extends Omit<TransportOptions, 'from'> {
  /** Where the server takes requests, for example `https://conference.example.com/ccmp`. */
  readonly url: string | URL;
  /** The login name, best as `alice@example.com`. Without it one can only enter conferences that let anybody in. */
  readonly user?: string;
  readonly password?: string;
  /** How user and password are shown: as HTTP asks for them, or as `subject` in each message. */
  readonly show?: 'http' | 'subject';
  /** The XCON-USERID; made of a login name with a domain when absent. */
  readonly confUserID?: string;
}

export interface CallOptions {
  /** The password of the conference, where it has one. */
  readonly conferencePassword?: string;
}

/** A conferencing client that sends any request. */
export class CcmpExchange {
  readonly #transport: Transport;
  readonly #common: Pick<CcmpRequest, 'confUserID' | 'subject'>;
  readonly #limits: Partial<XmlLimits>;

  constructor(options: ClientOptions) {
    const { url, user, password = '', show = 'http' } = options;
    const address = user?.replace(/^sips?:/, '');
    const from = address?.includes('@') === true ? address : undefined;
    if (user !== undefined && from === undefined && options.confUserID === undefined) {
      throw new TypeError(`the user ${user} needs a domain (${user}@example.com) or an explicit confUserID`);
    }
    const credentials = user !== undefined && show === 'http' ? new HttpCredentials(user, password) : undefined;
    this.#transport = new Transport(new URL(url), credentials, { ...options, ...(from !== undefined && { from }) });
    this.#common = {
      confUserID: options.confUserID ?? (from === undefined ? undefined : `xcon-userid:${from}`),
      subject: user !== undefined && show === 'subject' ? { username: user, password } : undefined,
    };
    this.#limits = { bytes: options.answerBytes ?? transportDefaults.answerBytes, elements: Infinity };
  }

  /** Asks something of an extension (RFC 6503 §5.3.11); which there are, `options` tells. */
  extended(
    extensionName: string,
    request: Pick<CcmpRequest, 'operation' | 'confObjID' | 'extension'>,
    { conferencePassword }: CallOptions = {},
  ): Promise<CcmpResponse> {
    return this.send({ type: 'extended', extensionName, conferencePassword, ...request });
  }

  /** What the server serves, its extensions among it. */
  async options(): Promise<ServedMessage[]> {
    return servedMessages((await this.send({ type: 'options' })).info);
  }

  /** Sends any request, with this client's confUserID and subject where it has none. @throws {CcmpError} */
  async send(request: CcmpRequest): Promise<CcmpResponse> {
    const sent = { ...this.#common, ...request };
    const secret = sent.subject !== undefined || sent.conferencePassword !== undefined;
    const body = await this.#transport.exchange(encodeRequest(sent), { secret });
    const response = this.#read(body);
    if (response.code !== 200) throw new CcmpError(response);
    return response;
  }

  /** Sends a request as it is written and gives back the answer as it is written. @throws {TransportError} */
  sendText(request: string | Buffer): Promise<Buffer> {
    return this.#transport.exchange(typeof request === 'string' ? Buffer.from(request) : request, { secret: true });
  }

  /** Ends the connections that wait for another request. */
  close(): void {
    this.#transport.close();
  }

  #read(body: Buffer): CcmpResponse {
    try {
      return decodeResponse(parse(body, this.#limits));
    } catch (error) {
      throw new TransportError(`the answer is no CCMP response: ${(error as Error).message}`, { cause: error });
    }
  }
}
