/** Parameters and metrics of two runs beside each other, those that differ first. Pure. */
import { fromWireNumber, type MetricSummary, type Param } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';

export interface ValueRow {
  readonly key: string;
  /** Null where the run has no such value. */
  readonly before: string | null;
  readonly after: string | null;
  /** `+0.012`, `−3 %`; empty where there is none. */
  readonly difference: string;
  readonly isSame: boolean;
}

export function compareParams(before: readonly Param[], after: readonly Param[]): ValueRow[] {
  const left = new Map(before.map(({ key, value }) => [key, value]));
  const right = new Map(after.map(({ key, value }) => [key, value]));
  return rowsOf(left, right, (key) => {
    const [one = null, other = null] = [left.get(key), right.get(key)];
    return { key, before: one, after: other, difference: '', isSame: one === other };
  });
}

/** By their last values. */
export function compareMetrics(before: readonly MetricSummary[], after: readonly MetricSummary[]): ValueRow[] {
  const left = new Map(before.map(({ key, last }) => [key, fromWireNumber(last)]));
  const right = new Map(after.map(({ key, last }) => [key, fromWireNumber(last)]));
  return rowsOf(left, right, (key) => {
    const [one, other] = [left.get(key), right.get(key)];
    return {
      key,
      before: one === undefined ? null : formatNumber(one),
      after: other === undefined ? null : formatNumber(other),
      difference: one === undefined || other === undefined ? '' : signed(other - one),
      isSame: Object.is(one, other),
    };
  });
}

function rowsOf(
  left: ReadonlyMap<string, unknown>,
  right: ReadonlyMap<string, unknown>,
  rowOf: (key: string) => ValueRow,
): ValueRow[] {
  const rows = [...new Set([...right.keys(), ...left.keys()])].map(rowOf);
  return [...rows.filter(({ isSame }) => !isSame), ...rows.filter(({ isSame }) => isSame)];
}

function signed(difference: number): string {
  if (difference === 0 || Number.isNaN(difference)) return '';
  return difference > 0 ? `+${formatNumber(difference)}` : `−${formatNumber(-difference)}`;
}
