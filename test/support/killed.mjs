// Preloaded into a server: it is killed while somebody is called or answers, at the moment that the query of its URL names.
import { isMainThread } from 'node:worker_threads';

const kill = () => process.kill(process.pid, 'SIGKILL');

/** Replaces a method of a class. */
const before = ({ prototype }, name, run) => {
  const method = prototype[name];
  prototype[name] = function (...given) {
    run(...given);
    return method.apply(this, given);
  };
};

const moments = {
  /** Her 200 has come, and nothing of it is kept. */
  '?answer': async () => {
    const { OutgoingCall } = await import('../../lib/focus/outgoing-call.ts');
    before(OutgoingCall, 'accepting', kill);
  },
  /** Her call is kept, and its ACK has not gone. */
  '?acknowledgement': async () => {
    const { DialogLayer } = await import('../../lib/sip/dialog/layer.ts');
    before(DialogLayer, 'sendAck', kill);
  },
  /** It is stored that nobody wants her any more, and her telephone rings. */
  '?removal': async () => {
    const { DialOut } = await import('../../lib/focus/dial-out.ts');
    before(DialOut, 'stop', kill);
  },
  /** She has the ACK, and the roster does not have her. */
  '?report': async () => {
    const { Endpoints } = await import('../../lib/conference/endpoints.ts');
    before(Endpoints, 'report', (conference, user, endpoint, state) => state.callInfo && kill());
  },
};

if (isMainThread) await moments[new URL(import.meta.url).search]();
