/** Input that is not well-formed, not namespace-well-formed, or beyond a limit; `line` and `column` count characters from 1. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly line: number;
  readonly column: number;
  /** Which of `XmlLimits` it is beyond, if it is. */
  readonly limit: string | undefined;

  constructor(reason: string, line: number, column: number, limit?: string) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.line = line;
    this.column = column;
    this.limit = limit;
  }

  /** The error at this UTF-16 offset of a text whose line ends are LF. */
  static at(text: string, offset: number, reason: string, limit?: string): XmlError {
    const before = text.slice(0, offset).replace(/^\uFEFF/, '');
    const line = before.split('\n').length;
    const column = Array.from(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
    return new XmlError(reason, line, column, limit);
  }
}
