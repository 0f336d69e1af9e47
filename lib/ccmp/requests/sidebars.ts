import type { SidebarKind } from '../../model/conference-object.ts';
import { filterOf } from './entries.ts';
import { target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.7 and §5.3.9: with the version of the main conference; an empty list is sent too. */
const pair = (name: 'sidebarsByVal' | 'sidebarsByRef', kind: SidebarKind): RequestPair => ({
  name,
  operations: {
    async retrieve(control, call, request) {
      const { version, entries } = await control.sidebars(call, target(request), kind, filterOf(request));
      return { version, info: { attributes: [], content: entries } };
    },
  },
});

export const sidebarsByVal = pair('sidebarsByVal', 'sidebar-by-val');
export const sidebarsByRef = pair('sidebarsByRef', 'sidebar-by-ref');
