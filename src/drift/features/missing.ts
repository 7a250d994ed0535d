/** Whether more of a feature is missing, or less: two proportions. Pure. */
import type { DriftOrder } from '../../protocol/drift';
import type { TestFigures } from '../figures';
import { normalTail } from '../special/tails';
import type { SideName } from '../table';

type Counts = Readonly<Record<SideName, number>>;

/** A smaller difference of the shares does not matter, however sure it is. */
const LEAST = 0.05;
/** Standard errors that chance does not reach in a table of thousands of features. */
const ERRORS = 4;

/**
 * The pooled test of two proportions, of what is missing: its statistic is the difference of the shares. It decides by our own
 * rules alone.
 */
export function missingTest(rows: Counts, missing: Counts, { rules }: Pick<DriftOrder, 'rules'>): TestFigures[] {
  if (rows.reference === 0 || rows.current === 0) return [];
  const [before, now] = [missing.reference / rows.reference, missing.current / rows.current];
  if (before === now) return [];
  const pooled = (missing.reference + missing.current) / (rows.reference + rows.current);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / rows.reference + 1 / rows.current));
  const statistic = Math.abs(now - before);
  const pValue = Math.min(1, 2 * normalTail(statistic / error));
  const decides = rules === 'loopwright';
  return [
    {
      ...{ name: 'missing', statistic, pValue },
      threshold: decides ? Math.max(LEAST, ERRORS * error) : null,
      decidesBy: decides ? 'statistic' : null,
    },
  ];
}
