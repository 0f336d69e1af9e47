import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The length of the key in bytes (AES-256). */
export const KEY_BYTES = 32;

/** The key file can't be used; the message names the file and what to do. */
export class UnusableKeyFile extends Error {}

/**
 * Reads the key that seals the users' secrets, 32 raw bytes; makes the file (0600) when it is absent, unless there are
 * secrets already, which a new key would never open. Keep it out of backups: with it, a copy of the store gives
 * everybody's digest secrets away.
 * @throws {UnusableKeyFile} when others can read the file, it does not hold a key, or it is gone
 */
export async function loadKeyFile(path: string, { isNeeded = false } = {}): Promise<Buffer> {
  const key = await readKey(path);
  if (key !== undefined) return key;
  if (isNeeded) throw new UnusableKeyFile(`${path} is gone, and nothing else opens the users' secrets: put it back`);
  return makeKey(path);
}

async function readKey(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unlessCode('ENOENT'));
  if (file === undefined) return undefined;
  try {
    const { mode, size } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new UnusableKeyFile(`${path} is not a plain file`);
    if ((mode & 0o077) !== 0) throw new UnusableKeyFile(`${path} can be read by others; run: chmod 600 ${path}`);
    if (size !== KEY_BYTES) throw new UnusableKeyFile(`${path} holds no key of ${KEY_BYTES} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Written aside, then linked: whoever sees the file sees the whole key, and of two makers one wins. */
async function makeKey(path: string): Promise<Buffer> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const key = randomBytes(KEY_BYTES);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
    await link(draft, path).catch(unlessCode('EEXIST'));
  } finally {
    await file.close();
    await unlink(draft);
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
  const kept = await readKey(path);
  if (kept === undefined) throw new UnusableKeyFile(`${path} vanished while it was made`);
  return kept;
}

const unlessCode = (code: string) => (error: unknown) => {
  if ((error as NodeJS.ErrnoException).code !== code) throw error;
  return undefined;
};
