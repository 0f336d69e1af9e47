declare module 'sip' {
  /** What the parser makes; the benchmark hands it back unread. */
  export type Message = Record<string, unknown>;
  export function parse(message: Buffer): Message | undefined;
  export function stringify(message: Message): string;
}
