/** What is known of a side of a comparison for drift that is more than a path. */
import type { DriftOrder, DriftSide } from './drift';

/** What a registered version says of the columns of a table. */
export interface DriftModel {
  /** `fraud v3` */
  readonly label: string;
  /** By its signature; none where that does not tell. */
  readonly taken: readonly string[];
  /** The column that it predicts, as its signature calls it; null where that has no name. */
  readonly predicted: string | null;
  /** Shares of what it makes of its features, where that is known. */
  readonly importances: Readonly<Record<string, number>>;
  /** Where they are from: `feature_importance_gain.json of its run`. */
  readonly importancesFrom: string | null;
}

/** What was found of a side. */
export interface DriftKnown {
  readonly side: DriftSide;
  /** Null where it is not known, or is no registered version. */
  readonly model: DriftModel | null;
  /** Of a log the column that has what was answered; null where that has several, or none. */
  readonly prediction: string | null;
}

/** What an order has of its sides, and of the model that is known of them. */
export type DriftSides = Pick<DriftOrder, 'reference' | 'current' | 'prediction' | 'label' | 'importances' | 'taken'>;
