import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { schemaFiles, schemasPath } from '../../lib/ccmp/schemas.ts';
import { createLogger } from '../../lib/http/access-log.ts';
import { byPath, createEdge } from '../../lib/http/edge.ts';
import { HttpListener } from '../../lib/http/listener.ts';

describe('the schemas of what is spoken', () => {
  let listener: HttpListener;
  let url: string;
  before(async () => {
    listener = new HttpListener(createEdge(byPath(schemaFiles('/ccmp')), createLogger({ level: 'silent' })));
    const { port } = await listener.start({ address: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${port}${schemasPath('/ccmp')}`;
  });
  after(() => listener.close());

  it('are there for everybody to read', async () => {
    const answer = await fetch(`${url}/ccmp.xsd`);
    expect(answer.headers.get('content-type')).to.equal('application/xml');
    const file = new URL('../../schemas/ccmp.xsd', import.meta.url);
    expect(await answer.text()).to.equal(readFileSync(file, 'utf8'));
    const head = await fetch(`${url}/ccmp.xsd`, { method: 'HEAD' });
    expect({ status: head.status, text: await head.text() }).to.deep.equal({ status: 200, text: '' });
  });

  it('are not written, and there is nothing else beside them', async () => {
    const written = await fetch(`${url}/ccmp.xsd`, { method: 'PUT', body: 'x' });
    expect([written.status, written.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    for (const name of ['', '/', '/README.md', '/..%2fpackage.json', '/constructor', '/__proto__'])
      expect((await fetch(url + name)).status, name).to.equal(404);
  });
});
