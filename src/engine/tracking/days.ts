/** Days in the engine's time zone. Pure but for that. */

export interface Day {
  /** `2026-01-31`. */
  readonly name: string;
  readonly startMs: number;
  /** Where the next one begins. */
  readonly endMs: number;
}

/** The day in which a moment lies. */
export function dayAt(timeMs: number): Day {
  const at = new Date(timeMs);
  return dayFrom(at.getFullYear(), at.getMonth(), at.getDate());
}

/** The day of this name; null if there is none. */
export function dayOf(name: string): Day | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(name);
  if (!match) return null;
  const day = dayFrom(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return day.name === name ? day : null;
}

function dayFrom(year: number, month: number, date: number): Day {
  const start = startOf(year, month, date);
  const digits = (value: number, count: number) => String(value).padStart(count, '0');
  const name = [digits(start.getFullYear(), 4), digits(start.getMonth() + 1, 2), digits(start.getDate(), 2)].join('-');
  return { name, startMs: start.getTime(), endMs: startOf(year, month, date + 1).getTime() };
}

/** `new Date` takes a year below 100 for one of the last century. */
function startOf(year: number, month: number, date: number): Date {
  const start = new Date(2000, 0, 1);
  start.setFullYear(year, month, date);
  return start;
}
