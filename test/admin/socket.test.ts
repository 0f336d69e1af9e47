import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AdministrationRefused, OPERATIONS, type Administration } from '../../lib/admin/administration.ts';
import { administrationAt, NoServer } from '../../lib/admin/client.ts';
import { closeAdminSocket, openAdminSocket } from '../../lib/admin/server.ts';

/** Answers each operation with its name and argument. */
const echo = Object.fromEntries(
  OPERATIONS.map((operation) => [operation, (argument: unknown) => Promise.resolve({ operation, argument })]),
) as unknown as Administration;

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  const settled = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(settled, 'it was accepted').to.be.instanceOf(Error);
  return settled;
};

describe('admin socket', () => {
  let folder = '';
  let path = '';
  let server: Server | undefined;
  const errors: unknown[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plenary-admin-'));
    path = join(folder, 'admin.sock');
    errors.length = 0;
  });
  afterEach(async () => {
    if (server !== undefined) await once(server.close(), 'close');
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  const open = async (administration: Administration, maxBody = 1_000): Promise<Administration> => {
    server = await openAdminSocket(path, administration, { maxBody, onError: (error) => errors.push(error) });
    return administrationAt(path);
  };

  it('carries every operation with its argument there and its result back', async () => {
    const client = await open(echo);
    for (const operation of OPERATIONS) {
      const argument = { name: 'ålice', document: '<a/>' };
      const answer = await (client[operation] as (argument: unknown) => Promise<unknown>)(argument);
      expect(answer).to.deep.equal({ operation, argument });
    }
  });

  it('is for its owner alone, from the moment that it exists', async () => {
    const mask = process.umask(0);
    try {
      const opened = open(echo);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      await opened;
      expect(process.umask(0), 'the mask of the process is as before').to.equal(0);
    } finally {
      process.umask(mask);
    }
  });

  it('takes the place of one that a killed server left', async () => {
    writeFileSync(path, '');
    expect(await (await open(echo)).blueprints()).to.be.an('object');
  });

  it('is gone when the server ends, and its client can tell', async () => {
    const client = await open(echo);
    await once(server!.close(), 'close');
    server = undefined;
    expect(existsSync(path)).to.equal(false);
    expect(await rejection(client.blueprints())).to.be.instanceOf(NoServer);
  });

  it('does not wait for a client that asks nothing', async () => {
    await open(echo);
    const silent = connect(path);
    await once(silent, 'connect');
    const cut = once(silent, 'close');
    await closeAdminSocket(server!, 10);
    server = undefined;
    await cut;
    expect(existsSync(path)).to.equal(false);
  });

  it('tells a dead socket from a living server', async () => {
    writeFileSync(path, '');
    expect(await rejection(administrationAt(path).check())).to.be.instanceOf(NoServer);
  });

  it('carries a refusal as a refusal', async () => {
    const refusing = () => Promise.reject(new AdministrationRefused('there is no user dave'));
    const client = await open({ ...echo, user: refusing });
    const error = await rejection(client.user({ name: 'dave' }));
    expect(error).to.be.instanceOf(AdministrationRefused).with.property('message', 'there is no user dave');
    expect(errors).to.deep.equal([]);
  });

  it('carries a failure as a failure, and tells the server of it', async () => {
    const failing = () => Promise.reject(new Error('the disk is full'));
    const client = await open({ ...echo, backup: failing });
    const error = await rejection(client.backup({ file: '/backup' }));
    expect(error).not.to.be.instanceOf(AdministrationRefused);
    expect(error).to.have.property('message', 'the disk is full');
    expect(errors).to.have.length(1);
  });

  it('reads no more than it was told to', async () => {
    const client = await open(echo, 100);
    await rejection(client.importBlueprint({ document: 'x'.repeat(101) }));
  });

  it('names a path that no socket can have', async () => {
    const error = await rejection(
      openAdminSocket(`/${'x'.repeat(107)}`, echo, { maxBody: 1, onError: () => undefined }),
    );
    expect(error).to.have.property('message').that.includes('choose a shorter data directory');
  });
});
