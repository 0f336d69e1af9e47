import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { ListenerLimits } from './listener-limits.ts';

type SessionLimits = Pick<ListenerLimits, 'keepAliveTime' | 'requestTime' | 'requestsPerConnection'>;

/** Holds HTTP/2 sessions to the limits that node knows for HTTP/1.1 alone (RFC 9113 §9.1, §10.5). */
export class Http2Sessions {
  readonly #limits: SessionLimits;
  readonly #sessions = new Set<ServerHttp2Session>();
  #ended = false;

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  add(session: ServerHttp2Session): void {
    const { keepAliveTime, requestTime, requestsPerConnection } = this.#limits;
    let [streams, requests] = [0, 0];
    const wait = () => setTimeout(() => session.close(), keepAliveTime);
    let idle = wait();
    this.#sessions.add(session);
    session.once('close', () => {
      clearTimeout(idle);
      this.#sessions.delete(session);
    });
    session.on('stream', (stream) => {
      clearTimeout(idle);
      streams += 1;
      cutSlowBody(stream, requestTime);
      stream.once('close', () => {
        streams -= 1;
        if (streams === 0 && !session.closed) idle = wait();
      });
      requests += 1;
      if (requests >= requestsPerConnection) session.close();
    });
    if (this.#ended) session.close();
  }

  /** What is being served finishes; the peer is told to send nothing more. */
  end(): void {
    this.#ended = true;
    for (const session of this.#sessions) session.close();
  }
}

/** Headers come whole; the body has until the time limit. */
function cutSlowBody(stream: ServerHttp2Stream, requestTime: number): void {
  const cut = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestTime);
  const done = () => clearTimeout(cut);
  stream.once('end', done).once('close', done);
}
