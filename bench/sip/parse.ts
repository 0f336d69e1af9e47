import sip from 'sip';
import {
  headers,
  parse,
  Request,
  serialize,
  transactionKey,
  validate,
  type Message,
} from '../../lib/sip/message/index.ts';
import { inTurn, median, type Figure } from '../figures.ts';
import { DOCUMENT, INVITE, NOTIFY, NOTIFY_FIELDS, NOTIFY_URI, SUBSCRIBE } from './messages.ts';
import type { Setting } from './setting.ts';

const MESSAGES = { SUBSCRIBE, 'NOTIFY of 3 KB': NOTIFY, 'INVITE with SDP': INVITE };

/** Reading and writing messages, beside npm sip 0.0.6, which leaves most values as text. */
export async function measureParse(setting: Setting): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, bytes] of Object.entries(MESSAGES)) {
    const { theirs, whole, lazy } = await inTurn(setting.rounds, {
      theirs: timed(setting, () => sip.parse(bytes)),
      whole: timed(setting, () => readWhole(parse(bytes))),
      lazy: timed(setting, () => transactionKey(parse(bytes))),
    });
    figures.push(
      ratio(`parse ${name}, validated`, whole, theirs, 0.8),
      ratio(`parse ${name}, lazily`, lazy, theirs, 2.5),
    );
  }
  return [...figures, ...(await measureSerialize(setting))];
}

async function measureSerialize(setting: Setting): Promise<Figure[]> {
  const body = Buffer.from(DOCUMENT);
  const ours = parse(NOTIFY);
  const theirs = sip.parse(NOTIFY);
  if (theirs === undefined) throw new Error('npm sip did not read the NOTIFY');
  const { written, made, baseline } = await inTurn(setting.rounds, {
    written: timed(setting, () => serialize(ours)),
    made: timed(setting, () => serialize(Request.create('NOTIFY', NOTIFY_URI, NOTIFY_FIELDS, body))),
    baseline: timed(setting, () => Buffer.from(sip.stringify(theirs), 'binary')),
  });
  return [
    ratio('serialize NOTIFY of 3 KB', written, baseline, 5),
    ratio('create and serialize NOTIFY of 3 KB', made, baseline, 2),
  ];
}

/** Everything that a user agent server reads of a request before it does what is asked. */
function readWhole(message: Message): unknown {
  validate(message);
  transactionKey(message);
  return [
    message.get(headers.SESSION_EXPIRES),
    message.get(headers.MIN_SE),
    message.get(headers.CONTENT_DISPOSITION),
    message.all(headers.P_ASSERTED_IDENTITY),
    message.all(headers.AUTHORIZATION),
  ];
}

/** Microseconds of processor time of one call. */
function timed({ seconds }: Setting, run: () => unknown): () => Promise<number> {
  return () => {
    const from = process.cpuUsage();
    let calls = 0;
    for (;;) {
      for (let call = 0; call < 1_000; call++) kept = run();
      calls += 1_000;
      const { user, system } = process.cpuUsage(from);
      if (user + system >= seconds * 1e6) return Promise.resolve((user + system) / calls);
    }
  };
}

/** The last result, so that no work can be left out. */
export let kept: unknown;

function ratio(name: string, ours: readonly number[], theirs: readonly number[], atLeast: number): Figure {
  const [mine, other] = [median(ours), median(theirs)];
  return {
    name: `${name}: speed to npm sip`,
    value: other / mine,
    unit: '',
    target: { atLeast },
    behind: `${mine.toFixed(2)} µs; npm sip ${other.toFixed(2)} µs`,
  };
}
