import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { BadMessage, parse, Response, serialize, validate } from '../../../lib/sip/message/index.ts';
import { tortureBytes, TORTURES } from './torture.ts';

type Outcome = { readonly verdict: string; readonly by?: 'parse' | 'validate'; readonly error?: BadMessage };

function outcome(bytes: Buffer): Outcome {
  let by: 'parse' | 'validate' = 'parse';
  try {
    const message = parse(bytes);
    by = 'validate';
    validate(message);
    return { verdict: 'taken' };
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    const verdict = error.request === undefined ? 'dropped' : `${error.status} ${error.reason}`;
    return { verdict, by, error };
  }
}

for (const rfc of [4475, 5118] as const) {
  const messages = TORTURES.filter((one) => one.rfc === rfc);

  describe(`the torture messages of RFC ${rfc}`, () => {
    it('are all in the table', () => {
      const files = readdirSync(new URL(`./torture/rfc${rfc}`, import.meta.url)).map((file) =>
        file.replace('.dat', ''),
      );
      expect(messages.map(({ name }) => name)).to.have.members(files);
    });

    for (const { section, name, what, verdict, by, read } of messages) {
      it(`§${section} ${name} (${what}): ${verdict}`, () => {
        const { error, ...found } = outcome(tortureBytes(rfc, name));
        expect(found).to.deep.equal({ verdict, ...(by !== undefined && { by }) });
        if (error?.request !== undefined) {
          const answer = Response.to(error.request, error.status, { reason: error.reason });
          expect(answer.header('Via')).to.equal(error.request.header('Via'));
        }
        read?.(parse(tortureBytes(rfc, name)));
      });

      if (verdict !== 'taken') continue;
      it(`${name} is the same message when it is written and read again`, () => {
        const message = parse(tortureBytes(rfc, name));
        const { head, body } = serialize(message);
        const again = parse(Buffer.concat([head, body]));
        expect(again.startLine).to.equal(message.startLine);
        expect([...again.fields()]).to.deep.equal([...message.fields()]);
        expect(again.body.equals(message.body)).to.equal(true);
      });
    }
  });
}
