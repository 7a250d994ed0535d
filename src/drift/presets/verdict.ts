/** How a test's figure is held against a threshold. */
import type { DriftTestName, FoundTest } from '../../protocol/drift';
import type { TestResult } from '../samples';

/** Of what is drift: a p-value that is low, or a distance that is high. */
export type Comparison = 'below' | 'at most' | 'above' | 'at least';

export interface Rule {
  readonly test: DriftTestName;
  readonly decidesBy: Extract<FoundTest['decides_by'], 'p_value' | 'statistic'>;
  readonly isDrift: Comparison;
  readonly threshold: number;
}

export interface Verdict {
  readonly rule: Rule;
  readonly result: TestResult;
  /** What of the result is held against the threshold. */
  readonly figure: number;
  readonly drift: boolean;
}

export function judged(rule: Rule, result: TestResult): Verdict {
  const figure = (rule.decidesBy === 'p_value' ? result.pValue : result.statistic) ?? NaN;
  return { rule, result, figure, drift: isReached(figure, rule) };
}

function isReached(figure: number, { isDrift, threshold }: Rule): boolean {
  switch (isDrift) {
    case 'below':
      return figure < threshold;
    case 'at most':
      return figure <= threshold;
    case 'above':
      return figure > threshold;
    case 'at least':
      return figure >= threshold;
  }
}
