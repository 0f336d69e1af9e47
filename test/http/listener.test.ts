import { expect } from 'chai';
import { HttpListener } from '../../lib/http/listener.ts';

describe('the HTTP listener', () => {
  it('serves on a free port', async () => {
    const listener = new HttpListener((_request, response) => response.end('here'));
    const { address, port } = await listener.start({ address: '127.0.0.1', port: 0 });
    const answer = await fetch(`http://${address}:${port}/`);
    expect(await answer.text()).to.equal('here');
    await listener.close();
  });
});
