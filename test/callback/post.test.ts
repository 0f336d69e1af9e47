import { expect } from 'chai';
import { post, Undelivered } from '../../lib/callback/post.ts';
import { Outbound } from '../../lib/http/outbound.ts';
import { Receiver } from './receiver.ts';

describe('a delivery', () => {
  let receiver: Receiver;
  let asked: string[] = [];
  const outbound = new Outbound({
    allowed: ['127.0.0.1'],
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve([{ address: host === 'good.test' ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    },
  });
  const deliver = (url: string, ended = new AbortController().signal): Promise<string> =>
    post(outbound, { url: new URL(url), headers: {}, body: Buffer.from('{}'), time: 5_000, ended }).then(
      () => 'taken',
      (error: unknown) => (error instanceof Undelivered ? error.message : Promise.reject(error as Error)),
    );

  beforeEach(async () => {
    asked = [];
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  it('is taken with any 2xx, and with nothing else', async () => {
    for (const [status, outcome] of [
      [200, 'taken'],
      [202, 'taken'],
      [404, 'answered 404'],
      [500, 'answered 500'],
    ] as const) {
      receiver.status = () => status;
      expect(await deliver(receiver.url)).to.equal(outcome);
    }
  });

  it('follows no redirection', async () => {
    const elsewhere = await Receiver.start();
    receiver.location = elsewhere.url;
    for (const status of [301, 302, 307, 308]) {
      receiver.status = () => status;
      expect(await deliver(receiver.url)).to.equal(`answered ${status}`);
    }
    expect(elsewhere.received).to.deep.equal([]);
    await elsewhere.close();
  });

  it('asks for the address once, and connects to the one that it looked at', async () => {
    const { port } = new URL(receiver.url);
    expect(await deliver(`https://good.test:${port}/hook`)).to.match(/SSL|TLS|wrong version|EPROTO/i);
    expect(asked).to.deep.equal(['good.test']);
  });

  it('to a closed network goes nowhere', async () => {
    expect(await deliver('https://bad.test/')).to.equal('the URL leads into a closed network');
    expect(await deliver('http://127.0.0.2/')).to.equal('only https is called');
  });

  it('ends when the server ends', async () => {
    const ending = new AbortController();
    receiver.status = () => {
      ending.abort();
      return 200;
    };
    expect(await deliver(receiver.url, ending.signal)).to.be.a('string');
    expect(await deliver('http://127.0.0.1:1/')).to.include('ECONNREFUSED');
  });
});
