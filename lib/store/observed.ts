import type { ConferenceRepository } from '../conference/repository.ts';

/** Tells of each write that succeeds how many sets it made durable and how many seconds it took. */
export function observeWrites(
  store: Pick<ConferenceRepository, 'write'>,
  observe: (sets: number, seconds: number) => void,
): void {
  const write = store.write.bind(store);
  store.write = async (sets) => {
    const begun = performance.now();
    await write(sets);
    if (sets.length > 0) observe(sets.length, (performance.now() - begun) / 1_000);
  };
}
