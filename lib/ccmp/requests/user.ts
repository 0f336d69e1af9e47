import { Refusal } from '../../conference/refusal.ts';
import { changes, target, targetUser, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.6; userInfo is of user-type itself, it holds no `user`. */
export const user: RequestPair = {
  name: 'user',
  operations: {
    async retrieve(control, call, request) {
      const { version, user } = await control.retrieveUser(call, target(request), targetUser(request));
      return { version, info: user };
    },

    // The answer always shows the user: its entity tells the id of one who was unknown.
    async create(control, call, request) {
      const uri = target(request);
      if (call.caller.kind === 'newcomer' && request.info === undefined)
        throw new Refusal('malformed', 'Give in userInfo at least an address at which you can be reached.');
      const { version, caller, user } = await control.createUser(call, uri, request.info);
      return { version, confUserID: caller, info: user };
    },

    async update(control, call, request) {
      const uri = target(request);
      const user = changes(request);
      targetUser(request);
      const { version } = await control.updateUser(call, uri, user);
      return { version };
    },

    async delete(control, call, request) {
      const { version } = await control.deleteUser(call, target(request), targetUser(request));
      return { version };
    },
  },
};
