import { changes, shown, target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.3; all but retrieve for system administrators. */
export const blueprint: RequestPair = {
  name: 'blueprint',
  operations: {
    retrieve: async (control, call, request) => shown(await control.retrieveBlueprint(call, target(request))),

    async create(control, call, request) {
      const answer = await control.createBlueprint(call, changes(request));
      return { confObjID: answer.uri, ...shown(answer) };
    },

    update: async (control, call, request) =>
      shown(await control.updateBlueprint(call, target(request), changes(request))),

    async delete(control, call, request) {
      await control.deleteBlueprint(call, target(request));
      return {};
    },
  },
};
