import type { Table } from './machine.ts';

export type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** What comes from below and what the user (TU) answers. */
export type ServerInput =
  | 'start'
  | 'request'
  | 'ACK'
  | '1xx from TU'
  | '2xx from TU'
  | '300-699 from TU'
  | '401 or 407 from TU'
  | '408 from TU'
  | 'transport error';

export type ServerEffect =
  | 'send response'
  | 'repeat response'
  | 'forget response'
  | 'send 100'
  | 'ACK to TU'
  | 'failure to TU'
  | 'done'
  | 'timeout';

/*
 * RFC 6026 §8.6, figure 7 (instead of RFC 3261's):
 *
 *                         | INVITE to TU; 100 if TU is silent for 200 ms
 *   INVITE: response      v
 *   101–199 from TU   proceeding ──── 2xx from TU ────> accepted (ACK to TU; 2xx from TU sent)
 *                         │ 300–699 from TU                 │ L
 *   INVITE, G: response   v                                 │
 *                     completed ──── H: no ACK ──────────>  │
 *                         │ ACK                             v
 *                     confirmed ──── I ───────────────> terminated
 *
 * A response that can't be sent leaves the state as it is (§8.8). A challenge is sent once and ends the transaction (RFC 3261
 * §26.3.2.4): who has proved nothing yet costs no memory, and who lost it asks again.
 */
export const inviteServer: Table<InviteServerState, ServerInput, ServerEffect> = {
  proceeding: {
    start: ['proceeding', 'start 100'],
    '100': ['proceeding', 'send 100'],
    request: ['proceeding', 'repeat response'],
    '1xx from TU': ['proceeding', 'stop repeating', 'send response'],
    '2xx from TU': ['accepted', 'stop repeating', 'start L', 'send response'],
    '300-699 from TU': ['completed', 'stop repeating', 'start G', 'start H', 'send response'],
    '401 or 407 from TU': ['terminated', 'stop repeating', 'send response', 'done'],
    '408 from TU': ['completed', 'stop repeating', 'start G', 'start H', 'send response'],
    'transport error': ['proceeding', 'failure to TU'],
  },
  accepted: {
    '2xx from TU': ['accepted', 'send response'],
    ACK: ['accepted', 'ACK to TU'],
    L: ['terminated', 'done'],
    'transport error': ['accepted', 'failure to TU'],
  },
  completed: {
    request: ['completed', 'repeat response'],
    G: ['completed', 'double G', 'repeat response'],
    H: ['terminated', 'timeout'],
    ACK: ['confirmed', 'stop repeating', 'stop waiting', 'start I'],
    'transport error': ['completed', 'failure to TU'],
  },
  confirmed: {
    I: ['terminated', 'done'],
  },
  terminated: {},
};
