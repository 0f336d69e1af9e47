import type { EndReason } from '../notification/watching.ts';
import { escape } from './document.ts';

/** Resource list meta-information (RFC 4662 §5). */
export const RLMI = 'application/rlmi+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:rlmi';

/** The one instance of a conference in a list: `cid` of the part with its state, or why there is none. */
export interface Instance {
  readonly uri: string;
  readonly id: number;
  readonly cid?: string;
  readonly ended?: EndReason;
}

export interface List {
  readonly uri: string;
  readonly version: number;
  readonly fullState: boolean;
  readonly instances: readonly Instance[];
}

export function rlmi({ uri, version, fullState, instances }: List): Buffer {
  const resources = instances.map(({ uri: one, id, cid, ended }) => {
    const state = ended === undefined ? 'state="active"' : `state="terminated" reason="${ended}"`;
    const content = cid === undefined ? '' : ` cid="${escape(cid)}"`;
    return `<resource uri="${escape(one)}"><instance id="${id}" ${state}${content}/></resource>`;
  });
  const list = `<list xmlns="${NAMESPACE}" uri="${escape(uri)}" version="${version}" fullState="${String(fullState)}">`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${list}${resources.join('')}</list>`);
}
