/** What the job of a run was asked for: a word of its command, as JSON. */
import type * as z from 'zod';
import type { StoreSession } from '../stores/session';

/** Null of a run that has no such word. */
export async function orderIn<Order extends z.ZodType>(
  session: StoreSession,
  runId: string,
  form: Order,
): Promise<z.output<Order> | null> {
  const { spec } = await session.request('runs/spec', { runId });
  for (const word of spec.argv) {
    const read = form.safeParse(parsed(word));
    if (read.success) return read.data;
  }
  return null;
}

function parsed(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return null; // another word of its command
  }
}
