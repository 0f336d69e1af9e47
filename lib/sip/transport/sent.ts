/** What every send that had no trouble resolves by. */
export const SENT = Promise.resolve();
