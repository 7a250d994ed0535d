/** What is found of a feature before all of them are judged together. */
import type { DriftFeature, DriftTestName, FeatureShares, FoundTest, SideFacts } from '../protocol/drift';
import type { ComparedColumn } from './columns';

export interface TestFigures {
  readonly name: DriftTestName;
  readonly statistic: number;
  readonly pValue: number | null;
  /** Null where it only is shown. */
  readonly threshold: number | null;
  readonly decidesBy: FoundTest['decides_by'];
}

export interface FeatureFigures {
  readonly column: Pick<ComparedColumn, 'name' | 'type' | 'role'>;
  readonly tests: readonly TestFigures[];
  /** Whether all of the tests that decide must say so, or any; that of what is missing is enough by itself. */
  readonly needs: 'all' | 'any';
  readonly effect: DriftFeature['effect'];
  readonly reference: SideFacts;
  readonly current: SideFacts;
  readonly shares: FeatureShares | null;
  readonly appeared: DriftFeature['appeared'];
  readonly vanished: DriftFeature['vanished'];
  readonly notes: readonly string[];
  /** What has happened, where its figures do not say it. */
  readonly words: string | null;
}
