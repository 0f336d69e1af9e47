/**
 * `LIMIT` by a variable. SQLite takes the value of one that stands alone into its plan, and plans anew whenever it is
 * given, which costs more than most queries.
 */
export const limited = (variable = '?'): string => `LIMIT ${variable} + 0`;
