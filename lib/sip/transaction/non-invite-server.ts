import type { ServerEffect, ServerInput } from './invite-server.ts';
import type { Table } from './machine.ts';

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/*
 * RFC 3261 §17.2.2, figure 8, with RFC 4320: one 100, when the client's Timer E has reached T2, and no other 1xx; no 408, and nothing
 * once the client's Timer F has fired; and RFC 6026 §8.8: a response that can't be sent leaves the state as it is.
 *
 *                    | request to TU
 *                    v
 *                 trying ───────────── F ─────────────┐
 *                  100 │  │ 200–699 from TU           │
 *                      v  └─────────────┐             │
 *   request:      proceeding ────────── F ───────────>│
 *   response           │ 200–699 from TU│             │
 *                      v                v             │
 *   request:       completed <──────────┘             v
 *   response, none     └──────────── J ─────────> terminated
 *   after 408
 */
export const nonInviteServer: Table<NonInviteServerState, ServerInput, ServerEffect> = {
  trying: {
    start: ['trying', 'start late 100', 'start F'],
    '100': ['proceeding', 'send 100'],
    '2xx from TU': ['completed', 'stop repeating', 'send response', 'start J'],
    '300-699 from TU': ['completed', 'stop repeating', 'send response', 'start J'],
    '408 from TU': ['completed', 'stop repeating', 'forget response', 'start J'],
    F: ['terminated', 'timeout'],
  },
  proceeding: {
    request: ['proceeding', 'repeat response'],
    '2xx from TU': ['completed', 'send response', 'start J'],
    '300-699 from TU': ['completed', 'send response', 'start J'],
    '408 from TU': ['completed', 'forget response', 'start J'],
    F: ['terminated', 'timeout'],
    'transport error': ['proceeding', 'failure to TU'],
  },
  completed: {
    request: ['completed', 'repeat response'],
    J: ['terminated', 'done'],
    'transport error': ['completed', 'failure to TU'],
  },
  terminated: {},
};
