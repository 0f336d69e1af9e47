import { changed, changes, made, retrieved, target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.3; all but retrieve for system administrators. */
export const blueprint: RequestPair = {
  name: 'blueprint',
  operations: {
    retrieve: async (control, call, request) => retrieved(await control.retrieveBlueprint(call, target(request))),

    create: async (control, call, request) => made(await control.createBlueprint(call, changes(request))),

    update: async (control, call, request) =>
      changed(await control.updateBlueprint(call, target(request), changes(request))),

    async delete(control, call, request) {
      await control.deleteBlueprint(call, target(request));
      return {};
    },
  },
};
