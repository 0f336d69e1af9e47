// The baseline: koa and raw-body, nothing else. node bare.mjs ANSWER: reads the body of each request and answers with the
// bytes of the file ANSWER. With PARSE in the environment it parses the body as XML; with CERTIFICATE and KEY, files of
// PEM, it serves HTTP/1.1 over TLS too.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { parseXml } from '@rgrove/parse-xml';
import Koa from 'koa';
import getRawBody from 'raw-body';

const { PARSE, CERTIFICATE, KEY } = process.env;
const answer = readFileSync(process.argv[2]);
const app = new Koa();
app.use(async (ctx) => {
  const body = await getRawBody(ctx.req, { limit: 1_048_576, length: ctx.req.headers['content-length'] });
  if (PARSE) parseXml(body.toString());
  ctx.set('Content-Type', 'application/ccmp+xml;charset=UTF-8');
  ctx.body = answer;
});
function serve(scheme, server) {
  server.listen(0, '127.0.0.1', () => console.log(`${scheme}://127.0.0.1:${server.address().port}/ccmp`));
}
serve('http', createServer(app.callback()));
if (CERTIFICATE)
  serve('https', createSecureServer({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, app.callback()));
process.on('SIGTERM', () => process.exit(0));
