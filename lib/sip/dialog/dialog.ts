import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';

/** A dialog as plain data (RFC 3261 §12): what survives a restart. */
export interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer of RFC 2543 without tags. */
  readonly remoteTag: string;
  /** From and To as we write them, without their tags. */
  readonly local: string;
  readonly remote: string;
  /** Our Contact, as a field value. */
  readonly contact: string;
  /** The remote target: a URI. */
  readonly target: string;
  /** Route field values, in the order in which they are sent. */
  readonly routes: readonly string[];
  readonly localSeq: number;
  /** Undefined until the peer has sent a request. */
  readonly remoteSeq?: number;
  readonly secure: boolean;
  /** Id of the flow over which the peer was heard last. */
  readonly flow?: string;
}

export interface RequestContent {
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: Buffer | undefined;
}

/** A peer-to-peer relation of two user agents; its usages say what it is for (RFC 5057). */
export class Dialog {
  constructor(state: DialogState) {
    void state;
  }

  /** By a request that came and the tag that our responses to it carry (RFC 3261 §12.1.1). `contact`: our Contact. */
  static ofRequest(request: Request, localTag: string, contact: string, flow?: string): Dialog {
    throw new Error(`${request.method} ${localTag} ${contact} ${flow ?? ''}`);
  }

  /** By a response to a request of ours (§12.1.2). */
  static ofResponse(request: Request, response: Response, flow?: string): Dialog {
    throw new Error(`${request.method} ${response.status} ${flow ?? ''}`);
  }

  /** Call-ID and both tags in one string; unique here. */
  get id(): string {
    throw new Error();
  }

  /** The next request in the dialog (§12.2.1.1), Via excepted; CANCEL and ACK are made elsewhere. */
  request(method: string, content: RequestContent = {}): Request {
    void content;
    throw new Error(method);
  }

  /** Takes note of CSeq of a request that came; false when it is lower than one before: answer 500 (§12.2.2). */
  follows(request: Request): boolean {
    void request;
    return true;
  }

  /** The Contact of a target refresh request, or of the 2xx to one, becomes the remote target. */
  refreshTarget(message: Request | Response): void {
    void message;
  }

  toJSON(): DialogState {
    throw new Error();
  }
}
