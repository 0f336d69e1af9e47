import { parentPort, workerData } from 'node:worker_threads';
import type { RtpLeg } from './leg.ts';
import type { Order, RelayStart, Report } from './orders.ts';
import { RtpRelay } from './relay.ts';
import type { BridgeEnd } from './route.ts';

const port = parentPort;
if (port === null) throw new Error('the relay runs in a thread of its own');
const tell = (report: Report): void => port.postMessage(report);

const relay = new RtpRelay(workerData as RelayStart);
const legs = new Map<number, RtpLeg>();

async function open(leg: number): Promise<void> {
  try {
    const rtp = await relay.leg({
      digit: (digit) => tell({ report: 'digit', leg, digit }),
      talking: (talking) => tell({ report: 'talking', leg, talking }),
      silent: () => tell({ report: 'silent', leg }),
    });
    legs.set(leg, rtp);
    tell({ report: 'opened', leg, port: rtp.port });
  } catch (error) {
    tell({ report: 'full', leg, text: error instanceof Error ? error.message : String(error) });
  }
}

function close(leg: number): void {
  legs.get(leg)?.close();
  legs.delete(leg);
}

async function say(speech: number, end: BridgeEnd, frames: readonly Uint8Array[]): Promise<void> {
  await relay.speak(end, frames);
  tell({ report: 'spoken', speech });
}

function obey(order: Order): void {
  if (order.order === 'open') void open(order.leg);
  else if (order.order === 'speak') void say(order.speech, order.end, order.frames);
  else if (order.order === 'close') close(order.leg);
  else if (order.order === 'agree') legs.get(order.leg)?.agree(order.agreement);
  else if (order.order === 'route') legs.get(order.leg)?.route(order.route);
  else if (order.order === 'mute') legs.get(order.leg)?.mute(order.path, order.muted);
  else legs.get(order.leg)?.amplify(order.factor);
}

port.on('message', obey);
tell({ report: 'started', inner: await relay.open() });
