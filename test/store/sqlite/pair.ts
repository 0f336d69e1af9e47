import { expect } from 'chai';
import type { ChangeSet, ConferenceRepository } from '../../../lib/conference/repository.ts';
import { change, section, uriOf, user, userIdOf, whole } from '../changes.ts';

const PAIR = [uriOf('x'), uriOf('y')] as const;

/** The set that brings two objects to version n at once; their parts say n, so that half a set can not hide. */
export const pairSet = (n: number, filler = 50): ChangeSet =>
  PAIR.map((uri) => {
    const text = `${n} ${'.'.repeat(filler)}`;
    return change(uri, n - 1, [section('n', text), user(`u${n % 10}`, text, [`round ${n % 3}`, userIdOf('al')])], {
      at: n,
      booking: { owner: userIdOf('al'), steps: [0, 1, n, 9, -1, -n] },
    });
  });

/** How many sets the store holds, after a look at whether it holds them whole and no other. */
export async function pairVersion(store: ConferenceRepository): Promise<number> {
  const [x, y] = [await whole(store, PAIR[0]), await whole(store, PAIR[1])];
  const version = x?.object.version ?? 0;
  expect(y?.object.version ?? 0).to.equal(version);
  for (const found of [x, y]) expect(Number(found?.parts[0]?.bytes.toString().split(' ')[0] ?? 0)).to.equal(version);
  for (const owner of ['', userIdOf('al')])
    expect((await store.bookings(owner, 0, 9))[1] ?? 0).to.equal(PAIR.length * version);
  const users = x?.parts.slice(1).map(({ bytes }) => Number(bytes.toString().split(' ')[0]));
  const latest = Array.from({ length: Math.min(version, 10) }, (_, back) => version - back);
  expect(users?.toSorted((a, b) => b - a) ?? []).to.deep.equal(latest);
  const logged = await store.changes({ after: 0, limit: 1_000_000, uri: PAIR[0] });
  expect(logged.map((entry) => entry.version)).to.deep.equal(Array.from({ length: version }, (_, index) => index + 1));
  return version;
}
