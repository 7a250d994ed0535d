/** What is said of predictions that were compared. Pure; the command line and the page say the same. */
import { fromWireNumber, type WireNumber } from './entities';
import { formatNumber } from './format';
import { counted, grouped } from './modelWords';
import type { ComparedPredictions, PredictedSide, PredictionsProgress } from './predictions';

const LISTED = 6;

/** Never 100 % of what is not all of it, nor 0 % of what is not none. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '-';
  const text = ((part / whole) * 100).toFixed(1).replace(/\.0$/, '');
  if (part < whole && text === '100') return 'more than 99.9 %';
  return part > 0 && text === '0' ? 'less than 0.1 %' : `${text} %`;
}

/** `The same class on 94 of 100 rows (94 %)` */
export function agreementText({ basis, agree, table: { rows }, tolerance }: ComparedPredictions): string {
  const what = basis === 'class' ? 'The same class' : `The same numbers within ${String(tolerance)}`;
  return `${what} on ${grouped(agree)} of ${counted(rows, 'row')} (${shareText(agree, rows)})`;
}

/** Of which rows that is said. */
export function tableText({ table: { name, rows, total, cut } }: ComparedPredictions): string {
  if (cut === null) return name;
  const of = total === null ? '' : ` of ${grouped(total)}`;
  const why = cut === 'time' ? ': more took too long' : '';
  return `${name}, the first ${grouped(rows)}${of} rows${why}`;
}

export const toleranceText = ({ tolerance }: ComparedPredictions): string =>
  `Numbers count as the same within ${String(tolerance)}; of numbers above 1 that is a share of them.`;

const MATCHED: Readonly<Record<PredictedSide['matched'], string>> = {
  name: 'by the names of its inputs',
  signature: 'by the names in the signature',
  position: 'by their position',
};

/** Which columns a version was given, and which not. */
export function columnsText(label: string, { ran, matched, columns, leftOut }: PredictedSide): string {
  const made = ran.isConversion ? ` Its conversion v${String(ran.version)} was run in its place.` : '';
  const out = leftOut.total === 0 ? '' : `, without ${listed(leftOut)}`;
  return `${label} was given ${counted(columns.total, 'column')} ${MATCHED[matched]}${out}.${made}`;
}

const listed = ({ items, total }: PredictedSide['leftOut']): string => {
  const shown = items.slice(0, LISTED);
  return `${shown.join(', ')}${total > shown.length ? ` and ${String(total - shown.length)} more` : ''}`;
};

export const differenceText = (difference: WireNumber | null): string =>
  difference === null ? '' : formatNumber(fromWireNumber(difference));

export function progressText(progress: PredictionsProgress | null): string {
  switch (progress?.step) {
    case undefined:
    case 'waiting':
      return 'Waiting…';
    case 'checking':
      return 'Comparing their files with what was registered…';
    case 'loading':
      return 'Loading both models…';
    case 'reading':
      return 'Reading the table…';
    case 'running':
      return `Running both: ${grouped(progress.rows)}${progress.of === null ? '' : ` of ${grouped(progress.of)}`} rows…`;
  }
}

/** The same seen from the other side. */
export function turned(compared: ComparedPredictions): ComparedPredictions {
  const { sides, outputs, rows } = compared;
  return {
    ...compared,
    sides: [sides[1], sides[0]],
    outputs: outputs.map((output) => ({ ...output, names: output.names.toReversed() })),
    rows: {
      ...rows,
      items: rows.items.map((row) => ({
        ...row,
        outputs: row.outputs.map((output) => ({ ...output, values: [output.values[1], output.values[0]] })),
      })),
    },
  };
}
