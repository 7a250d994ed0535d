/** Pages of lists: a token says how many were given already. */
import { invalid } from '../clients';

const TOKEN = /^lw(\d{1,12})$/;

export const tokenAfter = (offset: number): string => Buffer.from(`lw${String(offset)}`).toString('base64');

/** @throws Refusal `INVALID_PARAMETER_VALUE` */
export function offsetOf(token: string): number {
  if (token === '') return 0;
  const [, offset] = TOKEN.exec(Buffer.from(token, 'base64').toString('latin1')) ?? [];
  if (offset === undefined) throw invalid(`Invalid page token ${JSON.stringify(token)}. Ask for the first page again.`);
  return Number(offset);
}
