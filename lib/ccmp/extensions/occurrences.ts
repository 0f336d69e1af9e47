import type { ConferenceControl } from '../../conference/control.ts';
import { Refusal } from '../../conference/refusal.ts';
import { decodeAsked, decodeSteering, encodeOccurrences, OCCURRENCES } from '../codec/occurrences.ts';
import { target } from '../requests/pair.ts';
import type { Extension } from './extension.ts';

/** Occurrences that are listed where nobody says how many. */
const LISTED = 100;

/** When the conference that confObjID names takes place; an update starts, ends, extends or cancels an occurrence. */
export const occurrences = (control: Pick<ConferenceControl, 'occurrences' | 'steer'>): Extension => ({
  name: OCCURRENCES,
  schema: 'occurrences.xsd',
  description: 'When the conference that confObjID names takes place; start, end, extend or cancel an occurrence.',
  operations: {
    async retrieve(call, request) {
      const asked = decodeAsked(request.extension);
      if (asked === undefined) throw new Refusal('malformed', 'Write from and to as 2030-01-07T09:00:00Z.');
      const between = { from: Date.now(), to: Infinity, limit: LISTED, ...asked };
      const { version, occurrences: found } = await control.occurrences(call, target(request), between);
      return { version, extension: [encodeOccurrences(found)] };
    },
    async update(call, request) {
      const asked = decodeSteering(request.extension);
      if (asked === undefined) throw new Refusal('malformed', 'Send start, end, extend with until, or cancel with id.');
      return control.steer(call, target(request), asked);
    },
  },
});
