import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Answer, Outgoing, SendOptions } from '../transaction/outgoing.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow } from '../transport/flow.ts';
import type { Dialog, RequestContent } from './dialog.ts';
import type { Usage } from './usage.ts';

export interface DialogOptions {
  readonly outgoing: Outgoing;
  /** The open flow of an id, if there is one: {@link TransportLayer.flow}. */
  readonly flow: (id: string) => Flow | undefined;
  /** Fields that answer the challenge of a 401 or 407 to a request of ours; the request goes out again with them. */
  readonly credentials?: ((request: Request, challenge: Response) => Record<string, string> | undefined) | undefined;
}

/** Every dialog, by its id; a dialog lives as long as it has a usage. */
export class DialogLayer {
  constructor(options: DialogOptions) {
    void options;
  }

  /** The dialog that a message belongs to. */
  find(message: Request | Response): Dialog | undefined {
    void message;
    return undefined;
  }

  /** Adds a usage to a dialog, and the dialog with it when it is new. */
  attach(dialog: Dialog, usage: Usage): void {
    void [dialog, usage];
  }

  /** The usage has ended; the dialog with it when it was the last. */
  detach(dialog: Dialog, usage: Usage): void {
    void [dialog, usage];
  }

  /**
   * Requests of a dialog that doesn't exist yet go to `handler`, by the Call-ID and our From tag of a request of ours: a NOTIFY
   * that overtakes the 2xx to its SUBSCRIBE or comes from another fork (RFC 6665 §4.4.1). The function given back ends it.
   */
  await(request: Request, handler: (server: ServerTransaction) => void): () => void {
    void [request, handler];
    return () => undefined;
  }

  /**
   * Takes a request with a To tag: gives it to its usage, or answers 481 without one, 500 by its CSeq. False for a request
   * outside of dialogs, and for one in a dialog that no usage claims.
   */
  receive(server: ServerTransaction): boolean {
    void server;
    return false;
  }

  /** Takes the ACK to a 2xx. */
  acknowledge(ack: Request): void {
    void ack;
  }

  /**
   * Sends a request of a usage in its dialog: over the dialog's flow while that is open (RFC 5626 §5.3), else by route set and
   * target. A failure that ends the dialog ends every other usage (RFC 5057 §5.1); `impact` tells the caller what became of his.
   */
  send(dialog: Dialog, method: string, content?: RequestContent, options?: SendOptions): Promise<Answer> {
    void [dialog, content, options];
    throw new Error(method);
  }
}
