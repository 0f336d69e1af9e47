/** From when to when something of a calendar can take place, in milliseconds since 1970. */
export interface Reach {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400_000;

/**
 * Between which moments events written in a text can take place, told from its dates alone: it is never too short, so
 * that most events need not be read to answer what takes place in a week. Undefined where no event has a date.
 */
export function reachOf(text: string): Reach | undefined {
  const events = text.slice(Math.max(0, text.search(/BEGIN:VEVENT/i)));
  if (!/^BEGIN:VEVENT/i.test(events)) return undefined;
  let [from, to] = [Infinity, -Infinity];
  for (const [, name = '', dates = ''] of events.matchAll(
    /^[ \t]*(DTSTART|DTEND|RDATE|RECURRENCE-ID)[^\n:]*:([^\r\n&]+)/gim,
  )) {
    for (const [, year, month, day] of dates.matchAll(/(?:^|[^\d])(\d{4})(\d\d)(\d\d)(?!\d)/g)) {
      const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
      if (name.toUpperCase() === 'DTSTART' && Number(year) < 1971) continue;
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  if (from === Infinity) return undefined;
  const rules = [...events.matchAll(/^[ \t]*RRULE:([^\r\n&]+)/gim)].map(([, rule = '']) => untilOf(rule));
  return { from: from - 2 * DAY, to: Math.max(to, ...rules) + lengthIn(events) + 2 * DAY };
}

function untilOf(rule: string): number {
  const [, year, month, day] = /UNTIL=(\d{4})(\d\d)(\d\d)/i.exec(rule) ?? [];
  return year === undefined ? Infinity : Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY;
}

/** The longest that something lasts, at least. */
function lengthIn(events: string): number {
  let longest = 0;
  for (const [, weeks, days, hours] of events.matchAll(
    /^[ \t]*DURATION[^\n:]*:\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?)?/gim,
  ))
    longest = Math.max(
      longest,
      (Number(weeks ?? 0) * 7 + Number(days ?? 0) + Math.ceil(Number(hours ?? 0) / 24) + 1) * DAY,
    );
  for (const [, period = ''] of events.matchAll(/^[ \t]*RDATE[^\n:]*PERIOD[^\n:]*:([^\r\n&]+)/gim))
    if (/\/P/i.test(period)) longest = Math.max(longest, 366 * DAY);
  return longest;
}

export const reaches = ({ from, to }: Reach, start: number, end: number): boolean => from < end && to > start;
