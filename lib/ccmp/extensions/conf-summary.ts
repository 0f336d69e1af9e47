import type { ConferenceControl } from '../../conference/control.ts';
import { CONF_SUMMARY, encodeSummary } from '../codec/conf-summary.ts';
import { target } from '../requests/pair.ts';
import type { Extension } from './extension.ts';

/** RFC 6503 §6.9: a brief description of the conference that confObjID names. */
export const confSummary = (control: Pick<ConferenceControl, 'summary'>): Extension => ({
  name: CONF_SUMMARY,
  alias: 'confRequestSummary', // as figure 28 prints it in the request
  schema: 'conf-summary.xsd',
  description: 'A brief description of the conference that confObjID names: title, status, openness, media.',
  operations: {
    async retrieve(call, request) {
      const { version, summary } = await control.summary(call, target(request));
      return { version, extension: [encodeSummary(summary)] };
    },
  },
});
