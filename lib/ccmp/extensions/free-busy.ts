import type { ConferenceControl } from '../../conference/control.ts';
import { Refusal } from '../../conference/refusal.ts';
import { decodeAskedFreeBusy, encodeFreeBusy, FREE_BUSY } from '../codec/free-busy.ts';
import type { Extension } from './extension.ts';

/** When the requester, or somebody else, is in conferences. */
export const freeBusy = (control: Pick<ConferenceControl, 'freeBusy'>): Extension => ({
  name: FREE_BUSY,
  schema: 'free-busy.xsd',
  description: 'When a user is in conferences, from one moment to another.',
  operations: {
    async retrieve(call, request) {
      const asked = decodeAskedFreeBusy(request.extension);
      if (asked === undefined) throw new Refusal('malformed', 'Say from and to as 2030-01-07T09:00:00Z.');
      return { extension: [encodeFreeBusy(await control.freeBusy(call, asked))] };
    },
  },
});
