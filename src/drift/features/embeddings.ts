/** A feature of vectors, of rows from all over both tables. Pure, and slow: it is a thread's. */
import { formatNumber } from '../../protocol/format';
import type { DriftOrder } from '../../protocol/drift';
import type { ComparedColumn } from '../columns';
import type { FeatureFigures, TestFigures } from '../figures';
import { EMBEDDING_THRESHOLDS, embeddingDrift } from '../multivariate/embeddings';
import { type Matrix, matrixOf } from '../multivariate/matrix';
import { normedWasserstein } from '../numbers/wasserstein';
import type { SideName } from '../table';
import { missingTest } from './missing';

export interface EmbeddingsAsked {
  readonly column: ComparedColumn;
  readonly order: DriftOrder;
  readonly rows: Readonly<Record<SideName, number>>;
  readonly missing: Readonly<Record<SideName, number>>;
  readonly reference: readonly (readonly number[])[];
  readonly current: readonly (readonly number[])[];
}

const LEAST_ROWS = 10;
const COMPONENT = 0.1;

export function embeddingsFigures({ column, order, rows, missing, ...given }: EmbeddingsAsked): FeatureFigures {
  const width = given.reference[0]?.length ?? 0;
  const whole = (vectors: readonly (readonly number[])[]) =>
    vectors.filter((vector) => vector.length === width && vector.every(Number.isFinite));
  const [reference, current] = [whole(given.reference), whole(given.current)];
  const odd = given.reference.length + given.current.length - reference.length - current.length;
  const isComparable = width > 0 && Math.min(reference.length, current.length) >= LEAST_ROWS;
  const tests = isComparable ? testsOf(matrixOf(reference), matrixOf(current), order) : [];
  const auc = tests.find(({ name }) => name === 'embedding_domain_classifier');
  const side = (name: SideName) => ({ rows: rows[name], missing: missing[name], distinct: null, numbers: null });
  return {
    column: { name: column.name, type: column.type, role: column.role },
    tests: [...tests, ...missingTest(rows, missing, order)],
    needs: 'all',
    effect: auc ? { name: auc.name, value: auc.statistic } : null,
    ...{ reference: side('reference'), current: side('current'), shares: null, appeared: null, vanished: null },
    notes: [
      ...column.notes,
      ...(isComparable
        ? [
            `Looked at are ${formatNumber(reference.length)} vectors of ${String(width)} numbers of the reference, and ${formatNumber(current.length)} of the current table.`,
          ]
        : ['It has too few vectors of one length to be compared.']),
      ...(odd > 0 ? [`${formatNumber(odd)} vectors have another length, or numbers that are none: left out.`] : []),
    ],
    words: auc
      ? `a classifier tells its vectors from those of the reference with an AUC of ${formatNumber(auc.statistic)}`
      : null,
  };
}

function testsOf(reference: Matrix, current: Matrix, { seed, falseAlarms }: DriftOrder): TestFigures[] {
  const options = { seed, permutations: 0 };
  const found = embeddingDrift(reference, current, {
    seed,
    hasDrifted: (component) => normedWasserstein(component, options).statistic >= COMPONENT,
  });
  const shown = (name: TestFigures['name'], statistic: number | null, pValue: number | null = null): TestFigures[] =>
    statistic === null ? [] : [{ name, statistic, pValue, threshold: null, decidesBy: null }];
  const { classifier, euclidean, cosine, share, discrepancy } = found;
  const of = classifier && {
    name: 'embedding_domain_classifier' as const,
    statistic: classifier.auc,
    pValue: classifier.pValue,
  };
  return [
    ...(of
      ? [
          { ...of, threshold: falseAlarms, decidesBy: 'adjusted_p_value' as const },
          { ...of, threshold: EMBEDDING_THRESHOLDS.auc, decidesBy: 'statistic' as const },
        ]
      : []),
    ...shown('embedding_euclidean', euclidean),
    ...shown('embedding_cosine', cosine),
    ...shown('embedding_share', share),
    ...shown('embedding_mmd', discrepancy?.statistic ?? null, discrepancy?.pValue ?? null),
  ];
}
