/** A feature of sentences: their words and lengths, of texts from all over both tables. Pure, and slow: it is a thread's. */
import { formatNumber } from '../../protocol/format';
import type { DriftOrder } from '../../protocol/drift';
import type { ComparedColumn } from '../columns';
import type { FeatureFigures, TestFigures } from '../figures';
import { quantileOf } from '../ranks';
import { chosenTests } from '../rules';
import type { SideName } from '../table';
import { compareTexts, type TextDrift } from '../texts/compareTexts';
import { percent } from '../words';
import { missingTest } from './missing';
import { numberShares } from './sides';

export interface TextsAsked {
  readonly column: ComparedColumn;
  readonly order: DriftOrder;
  readonly rows: Readonly<Record<SideName, number>>;
  readonly missing: Readonly<Record<SideName, number>>;
  /** Some of those that there are. */
  readonly reference: readonly string[];
  readonly current: readonly string[];
}

const LISTED = 10;
/** Of the median length, by which texts must grow or shrink to be spoken of. */
const LONGER = 0.2;

export function textsFigures({ column, order, rows, missing, reference, current }: TextsAsked): FeatureFigures {
  const isComparable = reference.length > 0 && current.length > 0;
  const found = isComparable ? compareTexts(reference, current, { seed: order.seed }) : null;
  const side = (name: SideName) => ({ rows: rows[name], missing: missing[name], distinct: null, numbers: null });
  const tests = found ? classifierTests(found, column, order, rows.reference - missing.reference) : [];
  return {
    column: { name: column.name, type: column.type, role: column.role },
    tests: [...tests, ...missingTest(rows, missing, order)],
    needs: order.rules === 'loopwright' ? 'all' : 'any',
    effect: found?.classifier ? { name: 'text_domain_classifier', value: found.classifier.auc } : null,
    ...{ reference: side('reference'), current: side('current') },
    shares: found ? numberShares(found.characters, formatNumber) : null,
    appeared: found && telling(found.classifier?.current, 'current'),
    vanished: found && telling(found.classifier?.reference, 'reference'),
    notes: [
      ...column.notes,
      ...(found
        ? ['Drawn is how long its texts are, in characters; new and gone are words that tell the tables apart.']
        : []),
      ...(reference.length + current.length < rows.reference + rows.current - missing.reference - missing.current
        ? [
            `Looked at are ${formatNumber(reference.length)} texts of the reference and ${formatNumber(current.length)} of the current table.`,
          ]
        : []),
    ],
    words: found && wordsOf(found),
  };
}

function classifierTests(
  { classifier }: TextDrift,
  column: ComparedColumn,
  order: DriftOrder,
  referenceRows: number,
): TestFigures[] {
  if (!classifier) return [];
  const facts = { name: column.name, type: column.type, referenceRows, distinct: Infinity, isIdentifier: false };
  return chosenTests(facts, order)
    .tests.filter(({ test }) => test === 'text_domain_classifier')
    .map(({ threshold, decidesBy }) => ({
      ...{ name: 'text_domain_classifier', statistic: classifier.auc, pValue: classifier.pValue },
      ...{ threshold, decidesBy },
    }));
}

type Telling = NonNullable<TextDrift['classifier']>['current'];

function telling(words: Telling | undefined, side: SideName): FeatureFigures['appeared'] {
  if (!words) return null;
  const share = (word: Telling[number]): number => (side === 'current' ? word.current : word.reference);
  return {
    count: words.length,
    values: words.slice(0, LISTED).map((word) => ({ value: word.word, share: share(word) })),
  };
}

function wordsOf({ classifier, characters }: TextDrift): string {
  const [first] = classifier?.current ?? [];
  const [old, own] = [quantileOf(characters, 'reference', 0.5), quantileOf(characters, 'current', 0.5)];
  if (Math.abs(own - old) >= old * LONGER)
    return `its texts ${own > old ? 'grew longer' : 'became shorter'}: ${formatNumber(own)} characters in the median, ${formatNumber(old)} before`;
  if (first)
    return `"${first.word}" stands in ${percent(first.current)} of its texts, it stood in ${percent(first.reference)}`;
  return 'its words changed';
}
