import type { ClientEffect, ClientInput } from './invite-client.ts';
import type { Table } from './machine.ts';

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/*
 * RFC 3261 §17.1.2.2, figure 6:
 *
 *                 | request sent
 *   E: sent again v
 *     ┌──────── trying ────────── F, transport error ──┐
 *     └───────>  │   │ 1xx                             │
 *    200–699 ┌───┘   v                                 │
 *            │  proceeding (E every T2, 1xx) ── F, transport error
 *            v       │ 200–699                         │
 *         completed <┘                                 │
 *            │ K                                       v
 *            └───────────────────────────────────> terminated
 */
export const nonInviteClient: Table<NonInviteClientState, ClientInput, ClientEffect> = {
  trying: {
    start: ['trying', 'start E', 'start F', 'send request'],
    E: ['trying', 'double E', 'send request'],
    F: ['terminated', 'timeout'],
    '1xx': ['proceeding', 'response to TU'],
    '2xx': ['completed', 'stop repeating', 'response to TU', 'start K'],
    '300-699': ['completed', 'stop repeating', 'response to TU', 'start K'],
    'transport error': ['terminated', 'transport'],
  },
  proceeding: {
    E: ['proceeding', 'slow E', 'send request'],
    F: ['terminated', 'timeout'],
    '1xx': ['proceeding', 'response to TU'],
    '2xx': ['completed', 'stop repeating', 'response to TU', 'start K'],
    '300-699': ['completed', 'stop repeating', 'response to TU', 'start K'],
    'transport error': ['terminated', 'transport'],
  },
  completed: {
    K: ['terminated', 'done'],
  },
  terminated: {},
};
