/** What several ordered streams give, in one order; each is asked only for its next. */
export function* inOrder<T>(streams: readonly Iterable<T>[], rank: (one: T) => number): Generator<T, undefined> {
  const heads = streams.flatMap((stream) => {
    const rest = stream[Symbol.iterator]();
    const first = rest.next();
    return first.done === true ? [] : [{ value: first.value, rest }];
  });
  while (heads.length > 0) {
    const least = heads.reduce((a, b) => (rank(b.value) < rank(a.value) ? b : a));
    yield least.value;
    const next = least.rest.next();
    if (next.done === true) heads.splice(heads.indexOf(least), 1);
    else least.value = next.value;
  }
}
