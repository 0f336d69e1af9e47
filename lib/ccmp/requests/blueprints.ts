import { entries, refuseFilter } from './entries.ts';
import type { RequestPair } from './pair.ts';

/** RFC 6503 §5.3.1. */
export const blueprints: RequestPair = {
  name: 'blueprints',
  operations: {
    async retrieve(control, call, request) {
      refuseFilter(request);
      return { info: entries(await control.blueprints(call)) };
    },
  },
};
