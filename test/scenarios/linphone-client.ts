import { answer as answerChallenge, readChallenge } from '../http/digest-client.ts';
import { post, type HttpAnswer } from '../support/http.ts';
import { readAnswer, type Answer } from '../support/party.ts';

export interface Invitation {
  readonly uri: string;
  readonly method: 'dial-in' | 'dial-out';
}

export interface Plan {
  readonly subject: string;
  readonly text?: string;
  /** iCalendar's UTC form; the epoch means now. */
  readonly start: string;
  /** `PT1H30M`; left out when 0. */
  readonly duration?: string;
  readonly invited: readonly Invitation[];
}

export interface LinphoneOptions {
  /** A SIP identity without its scheme; the login at example.com when absent. */
  readonly identity?: string;
  readonly algorithm?: 'MD5' | 'SHA-256';
}

/** Lines as liblinphone's iCalendar writer makes them. */
export function calendar({ start, duration }: Plan, uid: string): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Linphone//Conference calendar//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'DTSTAMP:20260101T000000Z',
    `DTSTART:${start}`,
    ...(duration === undefined ? [] : [`DURATION:${duration}`]),
    `UID:${uid}`,
    'SEQUENCE:0',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * Linphone's side of CCMP: no Accept, credentials only after a challenge and again for each request, the whole confInfo
 * with placeholders in create, update and delete.
 */
export class LinphoneClient {
  /** A SIP identity without its scheme. */
  readonly identity: string;
  /** Challenges that came, by scheme and algorithm, in the order of the headers. */
  readonly challenged: string[][] = [];
  readonly #url: () => string;
  readonly #login: string;
  readonly #algorithm: 'MD5' | 'SHA-256';
  #uid = 0;

  constructor(
    url: () => string,
    login: string,
    { identity = `${login}@example.com`, algorithm = 'SHA-256' }: LinphoneOptions = {},
  ) {
    this.#url = url;
    this.#login = login;
    this.identity = identity;
    this.#algorithm = algorithm;
  }

  create(plan: Plan): Promise<Answer> {
    return this.#sends('conf', `<operation>create</operation>`, this.#confInfo(plan));
  }

  update(uri: string, plan: Plan): Promise<Answer> {
    return this.#sends('conf', `<confObjID>${uri}</confObjID><operation>update</operation>`, this.#confInfo(plan));
  }

  delete(uri: string, plan: Plan): Promise<Answer> {
    return this.#sends('conf', `<confObjID>${uri}</confObjID><operation>delete</operation>`, this.#confInfo(plan));
  }

  retrieve(uri: string): Promise<Answer> {
    return this.#sends('conf', `<confObjID>${uri}</confObjID><operation>retrieve</operation>`);
  }

  list(): Promise<Answer> {
    return this.#sends('confs', '');
  }

  async #sends(name: 'conf' | 'confs', parameters: string, inside = ''): Promise<Answer> {
    const body = `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<xcon-ccmp:ccmpRequest xmlns:conference-info="urn:ietf:params:xml:ns:conference-info" xmlns:xcon-ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xcon-conference-info="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ccmpRequest xsi:type="xcon-ccmp:ccmp-${name}-request-message-type">
    <confUserID>xcon-userid:${this.identity}</confUserID>${parameters}
    <xcon-ccmp:${name}Request>${inside}</xcon-ccmp:${name}Request>
  </ccmpRequest>
</xcon-ccmp:ccmpRequest>`;
    return readAnswer(await this.#exchange(body));
  }

  async #exchange(body: string): Promise<HttpAnswer> {
    const headers = {
      'User-Agent': 'LinphoneDesktop/5.2 (desk) ubuntu/22.04 Linphone-SDK/5.4.0',
      From: `sip:${this.identity.replace(/[:;].*$/, '')}`,
      'Content-Type': 'application/ccmp+xml',
    };
    const first = await post(this.#url(), body, headers);
    if (first.status !== 401) return first;
    this.challenged.push(
      first.challenges.map((one) => `${one.split(' ', 1).join('')}${readChallenge(one)['algorithm'] ?? ''}`),
    );
    const challenge = first.challenges.find((one) => readChallenge(one)['algorithm'] === this.#algorithm) ?? '';
    const way = { username: this.#login, password: 'demo', quotedAlgorithm: true };
    return post(this.#url(), body, { ...headers, Authorization: answerChallenge(challenge, way) });
  }

  #confInfo(plan: Plan): string {
    const [, domain] = this.identity.replace(/[:;].*$/, '').split('@');
    const media = (label: number, type: string, status: string): string =>
      `<conference-info:entry label="AUTO_GENERATE_${label}"><conference-info:type>${type}</conference-info:type><conference-info:status>${status}</conference-info:status></conference-info:entry>`;
    const targets = plan.invited.map(
      ({ uri, method }) => `<xcon-conference-info:target method="${method}" uri="${uri}"/>`,
    );
    const base = calendar(plan, `uid-${++this.#uid}`).replaceAll('\r', '&#13;');
    const text = plan.text === undefined ? '' : `<conference-info:free-text>${plan.text}</conference-info:free-text>`;
    return `<confInfo entity="xcon:AUTO_GENERATE_1@${domain}" state="full">
      <conference-info:conference-description>
        <conference-info:subject>${plan.subject}</conference-info:subject>${text}
        <conference-info:available-media>${media(2, 'audio', 'sendrecv')}${media(3, 'video', 'sendrecv')}${media(4, 'text', 'inactive')}</conference-info:available-media>
        <xcon-conference-info:conference-time><xcon-conference-info:entry><xcon-conference-info:base>${base}</xcon-conference-info:base></xcon-conference-info:entry></xcon-conference-info:conference-time>
      </conference-info:conference-description>
      <conference-info:users><xcon-conference-info:allowed-users-list>${targets.join('')}</xcon-conference-info:allowed-users-list></conference-info:users>
    </confInfo>`;
  }
}
