import type { ConferenceControl } from '../../conference/control.ts';
import { Refusal } from '../../conference/refusal.ts';
import { CHANGES_SINCE, decodeSince, encodeChanges } from '../codec/conference-changes.ts';
import { target } from '../requests/pair.ts';
import type { Extension } from './extension.ts';

/** What changed for its reader in the conference that confObjID names, from the change log. */
export const changesSince = (control: Pick<ConferenceControl, 'changesSince'>): Extension => ({
  name: CHANGES_SINCE,
  schema: 'conference-changes.xsd',
  description: 'What changed in the conference that confObjID names after a version that its reader has.',
  operations: {
    async retrieve(call, request) {
      const uri = target(request);
      const since = decodeSince(request.extension);
      if (since === undefined) throw new Refusal('malformed', 'Say in since which version you have.');
      const { version, operations, sidebars } = await control.changesSince(call, uri, since);
      return { version, extension: [encodeChanges({ entity: uri, since, operations, sidebars })] };
    },
  },
});
