import type { ServerResponse } from 'node:http';

let waiting: (() => void)[] = [];

/**
 * Ends a response with its body when the turn of the event loop ends, behind all others that ended in it. The answers of a
 * turn leave one right after another, so that the peer is woken once for them and not for each: a third of the cost of a
 * small request is its peer's waking.
 */
export function endWithTurn(response: ServerResponse, body?: Buffer | string): void {
  if (waiting.push(() => response.end(body)) === 1) setImmediate(leave);
}

function leave(): void {
  const leaving = waiting;
  waiting = [];
  for (const end of leaving) end();
}
