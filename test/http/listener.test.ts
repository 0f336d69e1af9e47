import { once } from 'node:events';
import { expect } from 'chai';
import type { RequestListener } from 'node:http';
import { listenerDefaults, type ListenerLimits } from '../../lib/http/listener-limits.ts';
import { HttpListener } from '../../lib/http/listener.ts';
import { Connection, get, post, signal } from './connection.ts';

describe('the HTTP listener', () => {
  const listeners: HttpListener[] = [];

  async function listen(handler: RequestListener, limits: Partial<ListenerLimits> = {}, address = '127.0.0.1') {
    const listener = new HttpListener(handler, { ...listenerDefaults, ...limits });
    listeners.push(listener);
    const { port } = await listener.start({ address, port: 0 });
    return { listener, port };
  }

  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));

  const echo: RequestListener = (request, response) => response.end(`<${request.url}>`);

  it('serves on a free port of IPv4 and IPv6', async () => {
    for (const address of ['127.0.0.1', '::1']) {
      const { port } = await listen(echo, {}, address);
      expect(port).to.be.greaterThan(0);
      const connection = new Connection(port, address).send(get('/a'));
      expect(await connection.until('</a>')).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      connection.socket.destroy();
    }
  });

  it('says when it can not have the port', async () => {
    const { port } = await listen(echo);
    const error = await new HttpListener(echo).start({ address: '127.0.0.1', port }).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });

  it('keeps the connection for the next request, and closes it when the client asks [H14] [H15]', async () => {
    const { port } = await listen(echo);
    const connection = new Connection(port).send(get('/1'));
    await connection.until('</1>');
    await connection.send(get('/2')).until('</2>');
    connection.send('GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await connection.closed()).to.contain('</3>');
    expect(await new Connection(port).send('GET /4 HTTP/1.0\r\n\r\n').closed()).to.contain('</4>');
  });

  it('serves pipelined requests one after the other and answers in order [H14]', async () => {
    const started: string[] = [];
    const first = signal();
    const { port } = await listen((request, response) => {
      started.push(request.url ?? '');
      void (request.url === '/1' ? first.given : Promise.resolve()).then(() => echo(request, response));
    });
    const pipelined = new Connection(port).send(get('/1') + get('/2') + get('/3'));
    const other = new Connection(port).send(get('/other'));
    await other.until('</other>');
    expect(started.filter((path) => path !== '/other')).to.deep.equal(['/1']);
    first.give();
    const answers = await pipelined.until('</3>');
    expect(answers.match(/<\/\d>/g)).to.deep.equal(['</1>', '</2>', '</3>']);
    for (const { socket } of [pipelined, other]) socket.destroy();
  });

  it('serves nothing more of a connection that is gone', async () => {
    const started: string[] = [];
    const gone = signal();
    const begun = signal();
    const { port } = await listen((request, response) => {
      started.push(request.url ?? '');
      response.once('close', gone.give);
      begun.give();
    });
    const connection = new Connection(port).send(get('/1') + get('/2'));
    await begun.given;
    connection.socket.destroy();
    await gone.given;
    expect(started).to.deep.equal(['/1']);
  });

  it('cuts a connection that pipelines more than the limit', async () => {
    const { port } = await listen(() => undefined, { pipelined: 3 });
    const patient = new Connection(port).send(get('/').repeat(4));
    expect(await new Connection(port).send(get('/').repeat(5)).closed()).to.equal('');
    expect(patient.socket.closed).to.equal(false);
    patient.socket.destroy();
  });

  for (const expectation of ['100-continue', 'the unexpected']) {
    it(`leaves "Expect: ${expectation}" to the application, sends no 100 and ends the connection [H10]`, async () => {
      const { port } = await listen((request, response) => {
        response.statusCode = request.headers.expect === undefined ? 200 : 501;
        response.end();
      });
      const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: ${expectation}\r\n\r\n`;
      const answers = await new Connection(port).send(head).closed();
      expect(answers)
        .to.match(/^HTTP\/1\.1 501 /)
        .and.match(/\r\nConnection: close\r\n/i);
      expect(answers.match(/HTTP\/1\.1/g)).to.have.length(1);
    });
  }

  const soon = { headersTime: 40, requestTime: 80, keepAliveTime: 40, checkInterval: 10 };

  it('cuts headers that come too slowly', async () => {
    const { port } = await listen(echo, soon);
    expect(await new Connection(port).send('GET / HTTP/1.1\r\nHost:').closed()).to.match(/^HTTP\/1\.1 408 /);
  });

  it('cuts a body that comes too slowly', async () => {
    const ended = signal();
    const { port } = await listen((request) => request.resume().once('close', ended.give), soon);
    expect(await new Connection(port).send(post('abc', 'Content-Length: 9\r\n')).closed()).to.match(/^HTTP\/1\.1 408 /);
    await ended.given;
  });

  it('ends a connection whose body the application left half read', async () => {
    const { port } = await listen((request, response) => {
      request.once('data', () => {
        request.pause();
        response.end('enough');
      });
    });
    const answer = await new Connection(port).send(post('abc', 'Content-Length: 9\r\n')).closed();
    expect(answer).to.match(/^HTTP\/1\.1 200 [^]*enough/);
  });

  it('ends a connection that waits too long for its next request, and one that falls silent', async () => {
    const { port } = await listen(echo, { ...soon, keepAliveTime: 20 });
    expect(await new Connection(port).send(get('/a')).closed()).to.contain('</a>');
    const { port: silent } = await listen(() => undefined, { silence: 30 });
    expect(await new Connection(silent).send(get('/')).closed()).to.equal('');
  });

  it('refuses headers that are too long [H20]', async () => {
    const { port } = await listen(echo, { headerBytes: 1000 });
    const request = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(1000)}\r\n\r\n`;
    expect(await new Connection(port).send(request).closed()).to.match(/^HTTP\/1\.1 431 /);
  });

  it('has no more connections than the limit: one more ends the one that waits longest for a request', async () => {
    const { port } = await listen(echo, { connections: 2 });
    const [first, second] = [new Connection(port), new Connection(port)];
    await first.send(get('/1')).until('</1>');
    await second.send(get('/2')).until('</2>');
    await first.send(get('/3')).until('</3>');
    const late = new Connection(port);
    await late.send(get('/4')).until('</4>');
    expect(await second.closed()).not.to.contain('</4>');
    await first.send(get('/5')).until('</5>');
    for (const { socket } of [first, late]) socket.destroy();
  });

  for (const [what, sent] of [
    ['says nothing', ''],
    ['sends half of its headers', 'GET / HTTP/1.1\r\nHost:'],
    ['sends half of a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc'],
  ] as const) {
    it(`gives the place of one that ${what} to one more`, async () => {
      const { port } = await listen((request, response) => request.resume().on('end', () => echo(request, response)), {
        connections: 1,
      });
      const half = new Connection(port).send(sent);
      await once(half.socket, 'connect');
      const late = new Connection(port).send(get('/late'));
      await late.until('</late>');
      expect(await half.closed()).to.equal('');
      late.socket.destroy();
    });
  }

  it('closes one more when all are being served, and has room again when one ends', async () => {
    const release = signal();
    const begun = signal();
    const { port } = await listen(
      (request, response) => {
        request.resume();
        if (request.url !== '/slow') {
          echo(request, response);
          return;
        }
        begun.give();
        return void release.given.then(() => echo(request, response));
      },
      { connections: 1 },
    );
    const held = new Connection(port).send('GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await begun.given;
    expect(await new Connection(port).send(get('/more')).closed()).to.equal('');
    release.give();
    expect(await held.closed()).to.contain('</slow>');
    const late = new Connection(port).send(get('/late'));
    await late.until('</late>');
    late.socket.destroy();
  });

  it('serves so many requests over one connection and no more', async () => {
    const { port } = await listen(echo, { requestsPerConnection: 2 });
    const connection = new Connection(port).send(get('/1'));
    await connection.until('</1>');
    expect(await connection.send(get('/2')).until('</2>')).to.match(/Connection: close[^]*<\/2>/i);
    expect(await connection.send(get('/3')).until(' 503 ')).not.to.contain('</3>');
    connection.socket.destroy();
  });

  it('survives what is no HTTP', async () => {
    const { port } = await listen(echo);
    expect(await new Connection(port).send('\u0000\u0001\r\n\r\n').closed()).to.match(/^HTTP\/1\.1 400 /);
    expect(await new Connection(port).send(`${get('/ok')}garbage\r\n\r\n`).closed()).to.match(/<\/ok>$/);
  });

  describe('when it closes', () => {
    it('finishes requests in flight, ends idle connections and takes no new ones', async () => {
      const begun = signal();
      const release = signal();
      const { listener, port } = await listen((request, response) => {
        const slow = request.url === '/slow';
        if (slow) begun.give();
        void (slow ? release.given : Promise.resolve()).then(() => echo(request, response));
      });
      const idle = new Connection(port).send(get('/idle'));
      await idle.until('</idle>');
      const busy = new Connection(port).send(get('/slow') + get('/behind'));
      await begun.given;
      const closed = listener.close();
      await idle.closed();
      const late = new Connection(port).send(get('/late'));
      expect(await late.closed()).to.equal('');
      release.give();
      const answers = await busy.closed();
      expect(answers).to.match(/Connection: close[^]*<\/slow>$/i);
      await closed;
    });

    it('tells a request that was on its way to come again, and ends the connection', async () => {
      const { listener, port } = await listen(echo, { retryAfter: 7 });
      const connection = new Connection(port).send(`${get('/1')}GET /half HTTP/1.1\r\n`);
      await connection.until('</1>');
      const closed = listener.close();
      connection.send('Host: x\r\n\r\n');
      const answers = await connection.closed();
      expect(answers.slice(answers.indexOf('</1>')))
        .to.match(/HTTP\/1\.1 503 /)
        .and.match(/\r\nRetry-After: 7\r\n/)
        .and.match(/\r\nConnection: close\r\n/i);
      await closed;
    });

    it('answers so for the drain time, on old and new connections, while those in flight go on', async () => {
      const begun = signal();
      const release = signal();
      const { listener, port } = await listen(
        (request, response) => {
          if (request.url === '/slow') begun.give();
          void (request.url === '/slow' ? release.given : Promise.resolve()).then(() => echo(request, response));
        },
        { drainTime: 1_000 },
      );
      const idle = new Connection(port).send(get('/idle'));
      await idle.until('</idle>');
      const busy = new Connection(port).send(get('/slow'));
      await begun.given;
      const closed = listener.close();
      expect(await idle.send(get('/more')).closed()).to.match(/<\/idle>HTTP\/1\.1 503 [^]*Connection: close/i);
      expect(await new Connection(port).send(get('/new')).closed()).to.match(/^HTTP\/1\.1 503 /);
      release.give();
      expect(await busy.closed()).to.contain('</slow>');
      await closed;
    });

    it('finishes an answer whose head is out already', async () => {
      const release = signal();
      const { listener, port } = await listen((_request, response) => {
        response.write('begun');
        void release.given.then(() => response.end('finished'));
      });
      const connection = new Connection(port).send(get('/'));
      await connection.until('begun');
      const closed = listener.close();
      release.give();
      expect(await connection.closed()).to.contain('finished');
      await closed;
    });

    it('cuts off what is not finished after the grace time', async () => {
      const begun = signal();
      const { listener, port } = await listen(() => begun.give(), { grace: 20 });
      const connection = new Connection(port).send(get('/'));
      await begun.given;
      await Promise.all([listener.close(), listener.close()]);
      expect(await connection.closed()).to.equal('');
    });
  });
});
