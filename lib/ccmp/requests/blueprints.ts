import { entries, filterOf } from './entries.ts';
import type { RequestPair } from './pair.ts';

/** RFC 6503 §5.3.1. */
export const blueprints: RequestPair = {
  name: 'blueprints',
  operations: {
    retrieve: async (control, call, request) => ({
      info: entries(await control.blueprints(call, filterOf(request))),
    }),
  },
};
