import { Refusal } from '../../conference/refusal.ts';
import { changed, changes, made, retrieved, target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.4. */
export const conf: RequestPair = {
  name: 'conf',
  operations: {
    retrieve: async (control, call, request) => retrieved(await control.retrieve(call, target(request))),

    async create(control, call, request) {
      if (request.confObjID === undefined) {
        return made(await control.create(call, request.info === undefined ? {} : { document: request.info }));
      }
      if (request.info !== undefined)
        throw new Refusal('malformed', 'Send either confObjID, to clone an object, or confInfo, to describe one.');
      return made(await control.create(call, { parent: target(request) }));
    },

    // confInfo may be left out; clients with placeholders, and Linphone, need it.
    async update(control, call, request) {
      const uri = target(request);
      const answer = await control.update(call, uri, changes(request));
      // RFC 5239 §7.4: a change of some occurrences of a series makes an object of its own.
      return answer.uri === uri ? changed(answer) : made(answer);
    },

    async delete(control, call, request) {
      await control.delete(call, target(request));
      return {};
    },
  },
};
