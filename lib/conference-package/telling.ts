import type { Notification } from '../sip/event/package.ts';
import { newEntityTag } from '../sip/token.ts';
import type { Next } from './watch.ts';

/** A notification that says what it was made of when it has arrived. */
export class Telling implements Notification {
  readonly contentType: string;
  readonly body: Buffer;
  readonly entityTag = newEntityTag();
  readonly fields: NonNullable<Notification['fields']>;
  readonly acknowledge: () => void;

  constructor({ contentType, body, acknowledge }: Next, fields: NonNullable<Notification['fields']>) {
    this.contentType = contentType;
    this.body = body;
    this.fields = fields;
    this.acknowledge = acknowledge;
  }
}
