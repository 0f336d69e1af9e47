/** What a message may cost. */
export interface MessageLimits {
  /** Bytes of the start line and the header fields. */
  readonly headBytes: number;
  /** Number of header fields. */
  readonly fields: number;
  /** Bytes of the body. */
  readonly bodyBytes: number;
}

export const MESSAGE_LIMITS: MessageLimits = { headBytes: 65_536, fields: 256, bodyBytes: 1_048_576 };
