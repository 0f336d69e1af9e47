import { entries, filterOf } from './entries.ts';
import type { RequestPair } from './pair.ts';

/** RFC 6503 §5.3.2. */
export const confs: RequestPair = {
  name: 'confs',
  operations: {
    retrieve: async (control, call, request) => ({
      info: entries(await control.conferences(call, filterOf(request))),
    }),
  },
};
