import type { Table } from './machine.ts';

export type InviteClientState = 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

/** What the user wants and what comes from below. */
export type ClientInput = 'start' | 'cancel' | '1xx' | '2xx' | '300-699' | 'transport error';

export type ClientEffect =
  | 'send request'
  | 'send ACK'
  | 'repeat ACK'
  | 'send CANCEL'
  | 'hold CANCEL'
  | 'response to TU'
  | 'done'
  | 'timeout'
  | 'transport';

/*
 * RFC 6026 §8.4, figure 5 (instead of RFC 3261's), with CANCEL (RFC 3261 §9.1):
 *
 *                      | INVITE sent
 *   A: INVITE sent     v
 *      ┌───────────  calling  ──────── B, transport error ──────┐
 *      └──────────>  │  │  │                                    │
 *    300–699: ACK ┌──┘  │  └── 2xx ───────────┐                 │
 *                 │  1xx│                     │                 │
 *                 │     v                     │                 │
 *                 │ proceeding ── 2xx ──────> │                 │
 *                 │     │  └───────────────── │ ─ 64·T1 after CANCEL
 *                 v     v 300–699: ACK        v                 │
 *               completed                 accepted (2xx)        │
 *         300–699: ACK │ D, transport error   │ M               │
 *                      └──────> terminated <──┴─────────────────┘
 */
export const inviteClient: Table<InviteClientState, ClientInput, ClientEffect> = {
  calling: {
    start: ['calling', 'start A', 'start B', 'send request'],
    A: ['calling', 'double A', 'send request'],
    B: ['terminated', 'timeout'],
    cancel: ['calling', 'hold CANCEL'], // until a provisional response came (RFC 3261 §9.1)
    '1xx': ['proceeding', 'stop repeating', 'stop waiting', 'response to TU'],
    '2xx': ['accepted', 'stop repeating', 'start M', 'response to TU'],
    '300-699': ['completed', 'stop repeating', 'send ACK', 'response to TU', 'start D'],
    'transport error': ['terminated', 'transport'],
  },
  proceeding: {
    '1xx': ['proceeding', 'response to TU'],
    '2xx': ['accepted', 'start M', 'response to TU'],
    '300-699': ['completed', 'send ACK', 'response to TU', 'start D'],
    // Figure 5 knows no way out but a response; a flow that has ended brings none.
    'transport error': ['terminated', 'transport'],
    cancel: ['proceeding', 'send CANCEL', 'start cancelled'],
    cancelled: ['terminated', 'timeout'],
  },
  accepted: {
    '2xx': ['accepted', 'response to TU'],
    M: ['terminated', 'done'],
  },
  completed: {
    '300-699': ['completed', 'repeat ACK'],
    D: ['terminated', 'done'],
    'transport error': ['terminated', 'done'],
  },
  terminated: {},
};
