import type { Caller } from '../conference/calls.ts';
import type { DialogState } from '../sip/dialog/dialog.ts';
import type { CallParts } from './call.ts';

/** A call as plain data: what is left of it after a kill. */
export interface CallRecord extends Omit<CallParts, 'caller'> {
  readonly caller: Caller;
  readonly dialog: DialogState;
}

/** Where calls survive a restart. */
export interface CallRecords {
  /** Resolves when the record is durable; one of the same id goes. */
  keep(id: string, record: CallRecord): Promise<void>;
  forget(id: string): Promise<void>;
  /** Every record, in slices. */
  all(): AsyncIterable<readonly CallRecord[]>;
}
