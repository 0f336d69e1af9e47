import { expect } from 'chai';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnusableKeyFile, loadKeyFile } from '../../lib/directory/key-file.ts';

describe('the key file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plenary-key-'));
    path = join(folder, 'key');
  });

  afterEach(() => rm(folder, { recursive: true }));

  const refusal = () =>
    loadKeyFile(path).then(
      () => expect.fail('was accepted'),
      (error: unknown) => error,
    );

  it('is made for its owner only when it is absent, and then stays', async () => {
    const key = await loadKeyFile(path);
    expect(key).to.have.length(32);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await loadKeyFile(path)).to.deep.equal(key);
    expect(await readFile(path)).to.deep.equal(key);
    expect(await readdir(folder)).to.deep.equal(['key']);
  });

  it('is one and the same for two who make it at once', async () => {
    const [one, other] = await Promise.all([loadKeyFile(path), loadKeyFile(path)]);
    expect(one).to.deep.equal(other);
    expect(await readdir(folder)).to.deep.equal(['key']);
  });

  it('is refused when others can read it', async () => {
    await loadKeyFile(path);
    for (const mode of [0o640, 0o604, 0o620]) {
      await chmod(path, mode);
      expect(await refusal())
        .to.be.instanceOf(UnusableKeyFile)
        .with.property('message')
        .contains('chmod 600');
    }
  });

  it('is refused when it is too short, too long or a folder', async () => {
    for (const bytes of [0, 31, 33]) {
      await writeFile(path, Buffer.alloc(bytes, 7), { mode: 0o600 });
      expect(await refusal()).to.be.instanceOf(UnusableKeyFile);
    }
    path = folder;
    expect(await refusal()).to.be.instanceOf(UnusableKeyFile);
  });
});
