/** Values as MLflow keeps them, in a database or in files. Pure. */
import type { RunStatus } from '../../protocol/entities';
import type { Texts } from '../clients';

/** How MLflow writes the infinities into a database, and so tells them; see its `SqlAlchemyStore`. */
const INFINITY = 1.797_693_134_862_315_7e308;

/** A metric's value as it was logged. */
export const valueOf = (value: number): number =>
  Math.abs(value) >= INFINITY ? Math.sign(value) * Number.POSITIVE_INFINITY : value;

/** MLflow's numbers of them, as its files have them. */
const STATUSES: readonly (RunStatus | undefined)[] = [
  undefined,
  'RUNNING',
  'SCHEDULED',
  'FINISHED',
  'FAILED',
  'KILLED',
];

/** One that nobody has said is told as MLflow does: it goes on. */
export function statusOf(status: string | number | null): RunStatus {
  return (
    STATUSES.find((one) => one === status) ?? (status === null ? undefined : STATUSES[Number(status)]) ?? 'RUNNING'
  );
}

export function timeOf(time: string | number | null | undefined): number | null {
  if (time === null || time === undefined || time === '') return null;
  const number = Number(time);
  return Number.isFinite(number) ? Math.trunc(number) : null;
}

export const textsOf = (pairs: readonly { readonly key: string; readonly value: string | null }[]): Texts =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value ?? '']));
