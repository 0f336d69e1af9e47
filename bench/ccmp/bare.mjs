// The baseline: koa and raw-body, nothing else. node bare.mjs ANSWER [parse]: reads the body of each request, parses it as
// XML if told to, and answers with the bytes of the file ANSWER.
import { readFileSync } from 'node:fs';
import { parseXml } from '@rgrove/parse-xml';
import Koa from 'koa';
import getRawBody from 'raw-body';

const [file, parse] = process.argv.slice(2);
const answer = readFileSync(file);
const app = new Koa();
app.use(async (ctx) => {
  const body = await getRawBody(ctx.req, { limit: 1_048_576, length: ctx.req.headers['content-length'] });
  if (parse === 'parse') parseXml(body.toString());
  ctx.set('Content-Type', 'application/ccmp+xml;charset=UTF-8');
  ctx.body = answer;
});
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/ccmp`));
process.on('SIGTERM', () => process.exit(0));
