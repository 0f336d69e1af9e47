import type { SidebarKind } from '../../model/conference-object.ts';
import { changed, changes, made, retrieved, target, type RequestPair } from './pair.ts';

/** RFC 6503 §5.3.8 and §5.3.10: create names the main conference, the others the sidebar. */
const pair = (name: 'sidebarByVal' | 'sidebarByRef', kind: SidebarKind): RequestPair => ({
  name,
  operations: {
    retrieve: async (control, call, request) => retrieved(await control.retrieveSidebar(call, target(request), kind)),

    create: async (control, call, request) =>
      made(await control.createSidebar(call, target(request), kind, request.info)),

    update: async (control, call, request) =>
      changed(await control.updateSidebar(call, target(request), kind, changes(request))),

    async delete(control, call, request) {
      await control.deleteSidebar(call, target(request), kind);
      return {};
    },
  },
});

export const sidebarByVal = pair('sidebarByVal', 'sidebar-by-val');
export const sidebarByRef = pair('sidebarByRef', 'sidebar-by-ref');
