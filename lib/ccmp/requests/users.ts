import { changes, target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.5: `users` comes and goes with its conference, so it can't be created or deleted. */
export const users: RequestPair = {
  name: 'users',
  operations: {
    async retrieve(control, call, request) {
      const { version, view } = await control.retrieveUsers(call, target(request));
      return { version, info: view };
    },

    // A successful answer should not repeat usersInfo.
    async update(control, call, request) {
      const { version } = await control.updateUsers(call, target(request), changes(request));
      return { version };
    },
  },
};
