/**
 * Reads a table as the documents of the RFCs would print it: a line for each state, a column for each input, `.` where nothing
 * happens. A cell is `next` or `next/effect`.
 */
export function matrix(text: string): { inputs: string[]; rows: (readonly [state: string, cells: string[]])[] } {
  const [head = '', ...lines] = text.trim().split('\n');
  const words = (line: string) => line.trim().split(/\s+/u);
  return {
    inputs: words(head),
    rows: lines.map((line) => {
      const [state = '', ...cells] = words(line);
      return [state, cells] as const;
    }),
  };
}
