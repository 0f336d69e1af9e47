import type { ConferenceControl } from '../../conference/control.ts';
import { Refusal } from '../../conference/refusal.ts';
import { decodeAsked, decodeChange, decodeSteering, encodeOccurrences, OCCURRENCES } from '../codec/occurrences.ts';
import { target } from '../requests/pair.ts';
import type { Extension } from './extension.ts';

/** Occurrences that are listed where nobody says how many. */
const LISTED = 100;

/** When the conference that confObjID names takes place; an update starts, ends, extends, cancels or changes occurrences. */
export const occurrences = (
  control: Pick<ConferenceControl, 'occurrences' | 'steer' | 'changeOccurrences'>,
): Extension => ({
  name: OCCURRENCES,
  schema: 'occurrences.xsd',
  description:
    'When the conference that confObjID names takes place; start, end, extend, cancel or change an occurrence.',
  operations: {
    async retrieve(call, request) {
      const asked = decodeAsked(request.extension);
      if (asked === undefined) throw new Refusal('malformed', 'Write from and to as 2030-01-07T09:00:00Z.');
      const between = { from: Date.now(), to: Infinity, limit: LISTED, ...asked };
      const { version, occurrences: found } = await control.occurrences(call, target(request), between);
      return { version, extension: [encodeOccurrences(found)] };
    },
    async update(call, request) {
      const change = decodeChange(request.extension);
      if (change !== undefined) {
        const { changes, ...range } = change;
        const { uri, version } = await control.changeOccurrences(call, target(request), range, changes);
        return { confObjID: uri, version };
      }
      const asked = decodeSteering(request.extension);
      if (asked === undefined)
        throw new Refusal(
          'malformed',
          'Send start, end, extend with until, cancel with id, or change with id and a conference-info.',
        );
      return control.steer(call, target(request), asked);
    },
  },
});
