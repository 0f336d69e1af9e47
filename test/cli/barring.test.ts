import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { barringDocument } from '../../lib/cli/barring-document.ts';
import { barringRules, readSimservs } from '../../lib/mmtel/simservs.ts';
import { plenary, type Ended } from '../support/command.ts';
import { expectValid } from '../support/schemas.ts';

describe('plenary barring', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  before(() => (data = mkdtempSync(join(tmpdir(), 'plenary-barring-'))));
  after(() => rmSync(data, { recursive: true }));

  const run = (args: string[], input?: string): Promise<Ended> =>
    plenary([...args, '--data', data, '--domain', 'example.com'], input === undefined ? {} : { input });

  it('sets, shows and removes the rules of a user', async () => {
    await run(['user', 'add', 'dave'], 'secret\n');
    expect((await run(['barring', 'show', 'dave'])).stdout).to.equal('dave has no rules\n');
    const set = await run([
      'barring',
      'set',
      'dave',
      '--incoming',
      'anonymous',
      '--outgoing',
      '*@example.net',
      '--json',
    ]);
    expect(set.stderr).to.equal('');
    const { document } = JSON.parse(set.stdout) as { document: string };
    expect((await run(['barring', 'show', 'dave', '--json'])).stdout).to.equal(
      `${JSON.stringify({ document }, null, 2)}\n`,
    );
    const wrong = await run(['barring', 'set', 'dave', '-'], '<simservs/>');
    expect(wrong.code).not.to.equal(0);
    expect(wrong.stderr).to.include('can not be used');
    expect((await run(['barring', 'set', 'dave'])).stderr).to.include('give a file');
    expect((await run(['barring', 'set', 'nobody', '-'], document)).stderr).to.include('there is no user nobody');
    expect((await run(['barring', 'remove', 'dave'])).code).to.equal(0);
    expect((await run(['barring', 'show', 'dave', '--json'])).stdout).to.equal('{}\n');
  });

  it('writes valid documents from options', () => {
    const document = barringDocument({
      incoming: ['all', 'anonymous'],
      outgoing: ['*@example.net', 'sip:"&<@example.com'],
    });
    expectValid('simservs', document);
    const { incoming, outgoing } = barringRules(readSimservs(document));
    expect(incoming.map(({ conditions }) => conditions)).to.deep.equal([[], [{ kind: 'anonymous' }]]);
    expect(outgoing.map(({ id, allow }) => [id, allow])).to.deep.equal([
      ['outgoing-1', false],
      ['outgoing-2', false],
    ]);
  });
});
