import { patched } from '../support/independent-patch.ts';
import { readByPlenary } from '../support/readers.ts';
import type { ConferenceStage, Watch } from './stage.ts';

export const FULL = 'application/xcon-conference-info+xml';
export const DIFF = 'application/xcon-conference-info-diff+xml';
export const PHONE = 'application/conference-info+xml';

/** The document that a watcher has, after all that he has taken. */
export function copyOf({ told }: Watch): string {
  let document = '';
  for (const { contentType, body, answered } of told) {
    const isTaken = answered !== 'never' && answered.status === 200;
    if (isTaken && contentType !== undefined) document = contentType === DIFF ? patched(document, body) : body;
  }
  return document;
}

const LEFT = /<endpoint [^>]*>(?:(?!<\/endpoint>).)*<status>disconnected<\/status>(?:(?!<\/endpoint>).)*<\/endpoint>/gs;
const WITHOUT_ENDPOINT = /<user [^>]*>(?:(?!<endpoint|<\/user>).)*<\/user>/gs;

/** Of a telephone's document what is so, without its version and who is shown once as gone. */
const lasting = (document: string): string =>
  document.includes('<conference-info xmlns=')
    ? document
        .replace(/(<conference-info[^>]*) version="\d+"/, '$1')
        .replace(LEFT, '')
        .replace(WITHOUT_ENDPOINT, '')
    : document;

export const readingOf = (document: string): ReturnType<typeof readByPlenary> => readByPlenary(lasting(document));

/** What somebody who subscribes now is told. */
export async function freshCopy(stage: ConferenceStage, { name, subscribed }: Watch): Promise<string> {
  const { request } = subscribed;
  const watch = await stage.subscribes(name, request.uriText, { Accept: request.header('Accept'), Expires: '0' });
  return watch.last?.body ?? '';
}
