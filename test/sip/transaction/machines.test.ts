import { expect } from 'chai';
import { inviteClient } from '../../../lib/sip/transaction/invite-client.ts';
import { inviteServer } from '../../../lib/sip/transaction/invite-server.ts';
import { Machine, type Table } from '../../../lib/sip/transaction/machine.ts';
import { nonInviteClient } from '../../../lib/sip/transaction/non-invite-client.ts';
import { nonInviteServer } from '../../../lib/sip/transaction/non-invite-server.ts';
import { timesDefaults } from '../../../lib/sip/transaction/timers.ts';

/** One input in one state over UDP, where every timer is used; tells what happened, timers by their milliseconds. */
class Trial extends Machine<string, string, string> {
  readonly #log: string[];

  constructor(table: Table<string, string, string>, state: string) {
    const log: string[] = [];
    const clock = {
      now: () => 0,
      after: (ms: number) => {
        log.push(`timer ${ms}`);
        return { cancel: () => undefined };
      },
    };
    const prepared = { ...table, [state]: { ...table[state], prepare: [state, 'start E'] as const } };
    super(prepared, state, { clock, times: timesDefaults }, false);
    this.#log = log;
  }

  /** As if the message had been sent once, with T1 until the next time. */
  run(input: string): string {
    this.input('prepare');
    this.#log.length = 0;
    this.input(input);
    return [this.state, ...this.#log].join(', ');
  }

  protected override perform(effect: string): void {
    this.#log.push(effect);
  }
}

const TIMERS = ['A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', '100', 'cancelled'];
const CLIENT = ['start', 'cancel', '1xx', '2xx', '300-699', 'transport error', ...TIMERS];
const SERVER = [
  'start',
  'request',
  'ACK',
  '1xx from TU',
  '2xx from TU',
  '300-699 from TU',
  '401 or 407 from TU',
  '408 from TU',
  'transport error',
  ...TIMERS,
];

interface Case {
  readonly name: string;
  readonly table: object;
  readonly inputs: readonly string[];
  /** What the figure says; any other pair is ignored. */
  readonly figure: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const cases: readonly Case[] = [
  {
    name: 'INVITE client (RFC 6026 figure 5)',
    table: inviteClient,
    inputs: CLIENT,
    figure: {
      calling: {
        start: 'calling, timer 500, timer 32000, send request',
        cancel: 'calling, hold CANCEL',
        A: 'calling, timer 1000, send request',
        B: 'terminated, timeout',
        '1xx': 'proceeding, response to TU',
        '2xx': 'accepted, timer 32000, response to TU',
        '300-699': 'completed, send ACK, response to TU, timer 32000',
        'transport error': 'terminated, transport',
      },
      proceeding: {
        cancel: 'proceeding, send CANCEL, timer 32000',
        cancelled: 'terminated, timeout',
        '1xx': 'proceeding, response to TU',
        '2xx': 'accepted, timer 32000, response to TU',
        '300-699': 'completed, send ACK, response to TU, timer 32000',
        'transport error': 'terminated, transport',
      },
      accepted: { '2xx': 'accepted, response to TU', M: 'terminated, done' },
      completed: { '300-699': 'completed, repeat ACK', D: 'terminated, done', 'transport error': 'terminated, done' },
      terminated: {},
    },
  },
  {
    name: 'non-INVITE client (RFC 3261 figure 6)',
    table: nonInviteClient,
    inputs: CLIENT,
    figure: {
      trying: {
        start: 'trying, timer 500, timer 32000, send request',
        E: 'trying, timer 1000, send request',
        F: 'terminated, timeout',
        '1xx': 'proceeding, response to TU',
        '2xx': 'completed, response to TU, timer 5000',
        '300-699': 'completed, response to TU, timer 5000',
        'transport error': 'terminated, transport',
      },
      proceeding: {
        E: 'proceeding, timer 4000, send request',
        F: 'terminated, timeout',
        '1xx': 'proceeding, response to TU',
        '2xx': 'completed, response to TU, timer 5000',
        '300-699': 'completed, response to TU, timer 5000',
        'transport error': 'terminated, transport',
      },
      completed: { K: 'terminated, done' },
      terminated: {},
    },
  },
  {
    name: 'INVITE server (RFC 6026 figure 7)',
    table: inviteServer,
    inputs: SERVER,
    figure: {
      proceeding: {
        start: 'proceeding, timer 200',
        '100': 'proceeding, send 100',
        request: 'proceeding, repeat response',
        '1xx from TU': 'proceeding, send response',
        '2xx from TU': 'accepted, timer 32000, send response',
        '300-699 from TU': 'completed, timer 500, timer 32000, send response',
        '401 or 407 from TU': 'terminated, send response, done',
        '408 from TU': 'completed, timer 500, timer 32000, send response',
        'transport error': 'proceeding, failure to TU',
      },
      accepted: {
        '2xx from TU': 'accepted, send response',
        ACK: 'accepted, ACK to TU',
        L: 'terminated, done',
        'transport error': 'accepted, failure to TU',
      },
      completed: {
        request: 'completed, repeat response',
        G: 'completed, timer 1000, repeat response',
        H: 'terminated, timeout',
        ACK: 'confirmed, timer 5000',
        'transport error': 'completed, failure to TU',
      },
      confirmed: { I: 'terminated, done' },
      terminated: {},
    },
  },
  {
    name: 'non-INVITE server (RFC 3261 figure 8, RFC 4320)',
    table: nonInviteServer,
    inputs: SERVER,
    figure: {
      trying: {
        start: 'trying, timer 3500, timer 32000',
        '100': 'proceeding, send 100',
        '2xx from TU': 'completed, send response, timer 32000',
        '300-699 from TU': 'completed, send response, timer 32000',
        '408 from TU': 'completed, forget response, timer 32000',
        F: 'terminated, timeout',
      },
      proceeding: {
        request: 'proceeding, repeat response',
        '2xx from TU': 'completed, send response, timer 32000',
        '300-699 from TU': 'completed, send response, timer 32000',
        '408 from TU': 'completed, forget response, timer 32000',
        F: 'terminated, timeout',
        'transport error': 'proceeding, failure to TU',
      },
      completed: {
        request: 'completed, repeat response',
        J: 'terminated, done',
        'transport error': 'completed, failure to TU',
      },
      terminated: {},
    },
  },
];

describe('Transaction machines', () => {
  for (const { name, table, inputs, figure } of cases)
    describe(name, () => {
      it('has the states of the figure', () => {
        expect(Object.keys(table)).to.have.members(Object.keys(figure));
      });
      for (const [state, row] of Object.entries(figure)) {
        const run = (input: string) => new Trial(table as Table<string, string, string>, state).run(input);
        for (const [input, outcome] of Object.entries(row))
          it(`${state}, ${input}: ${outcome}`, () => {
            expect(run(input)).to.equal(outcome);
          });
        it(`${state}: ignores every other input`, () => {
          const others = inputs.filter((input) => row[input] === undefined);
          expect(others.map(run)).to.deep.equal(others.map(() => state));
        });
      }
    });
});
