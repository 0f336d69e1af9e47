import { entries, refuseFilter } from './entries.ts';
import type { RequestPair } from './pair.ts';

/** RFC 6503 §5.3.2. */
export const confs: RequestPair = {
  name: 'confs',
  operations: {
    async retrieve(control, call, request) {
      refuseFilter(request);
      return { info: entries(await control.conferences(call)) };
    },
  },
};
