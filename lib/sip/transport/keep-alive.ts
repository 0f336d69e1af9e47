import { Connection, type Surroundings } from './connection.ts';
import { TransportError } from './error.ts';
import type { Flow } from './flow.ts';

const NOTHING = Buffer.alloc(0);
const LINE_ENDS = Buffer.from('\r\n\r\n');

/**
 * Pings over a flow each so many milliseconds until the function is run or the flow ends. A connection on which nothing comes
 * in time ends (RFC 5626 §4.4.1). Over UDP line ends keep a NAT open, but nobody answers them.
 */
export function keepAlive(flow: Flow, interval: number, { clock, limits }: Surroundings): () => void {
  const judge = () => {
    if (flow instanceof Connection && flow.unheard)
      flow.end(new TransportError('timeout', 'no answer to a keep-alive'));
  };
  const ping = () => {
    if (!flow.open) return;
    if (flow instanceof Connection) {
      flow.ping();
      clock.after(limits.pongTime, judge);
    } else flow.send(LINE_ENDS, NOTHING).catch(() => undefined);
    timer = clock.after(interval, ping);
  };
  let timer = clock.after(interval, ping);
  return () => timer.cancel();
}
