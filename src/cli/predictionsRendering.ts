/** What two versions predict on a table, as a document and as tables. Pure. */
import type { ComparedPredictions, PredictedOutput } from '../protocol/predictions';
import {
  agreementText,
  columnsText,
  differenceText,
  shareText,
  tableText,
  toleranceText,
} from '../protocol/predictionWords';
import { printable, table } from './format';
import type { View } from './rendering';

/** On a terminal these are enough to see what it is about; the document has all that are kept. */
const SHOWN_ROWS = 10;
const SHOWN_COLUMNS = 6;

export function predictionsDocument({ table: of, agree, basis, ...found }: ComparedPredictions) {
  const listOf = ({ items, total }: { items: readonly string[]; total: number }) => ({ items, total });
  return {
    table: { name: of.name, rows: of.rows, total: of.total, truncated: of.cut },
    basis,
    agree,
    share: of.rows === 0 ? null : agree / of.rows,
    tolerance: found.tolerance,
    sides: found.sides.map(({ ran, matched, columns, leftOut }) => ({
      ran: { name: ran.name, version: ran.version, conversion: ran.isConversion },
      matched,
      columns: listOf(columns),
      left_out: listOf(leftOut),
    })),
    outputs: found.outputs.map(({ names, kind, agree: same, meanDifference, largestDifference }) => ({
      ...{ names, kind, agree: same },
      mean_difference: meanDifference,
      largest_difference: largestDifference,
    })),
    left_out: found.leftOut,
    columns: listOf(found.columns),
    differing: found.rows.total,
    rows: found.rows.items,
    seconds: found.seconds,
  };
}

export function predictionsLines(
  found: ComparedPredictions,
  labels: readonly [string, string],
  { paint, width }: Pick<View, 'paint' | 'width'>,
): string[] {
  const dim = (title: string) => paint('dim', title);
  const shown = found.rows.items.slice(0, SHOWN_ROWS);
  const columns = found.columns.items.slice(0, SHOWN_COLUMNS);
  const heads = found.outputs.flatMap((output) => [
    `${nameOf(output)} ${labels[0]}`,
    labels[1],
    ...(output.kind === 'number' ? ['difference'] : []),
  ]);
  return [
    paint('bold', 'Predictions'),
    `${agreementText(found)} of ${printable(tableText(found))}.`,
    ...table(
      ['Output', 'same', 'mean difference', 'largest difference'].map((title) => ({ title, shrinks: true })),
      found.outputs.map((output) => [
        nameOf(output),
        shareText(output.agree, found.table.rows),
        differenceText(output.meanDifference) || '-',
        differenceText(output.largestDifference) || '-',
      ]),
      width,
      dim,
    ),
    ...(shown.length === 0
      ? ['No row differs.']
      : [
          '',
          `Rows that differ the most, ${String(shown.length)} of ${String(found.rows.total)}:`,
          ...table(
            ['row', ...heads, ...columns].map((title) => ({ title: printable(title), shrinks: true })),
            shown.map(({ row, inputs, outputs }) => [
              String(row),
              ...outputs.flatMap(({ values, difference }, at) => [
                ...values.map(printable),
                ...(found.outputs[at]?.kind === 'number' ? [differenceText(difference)] : []),
              ]),
              ...inputs.slice(0, columns.length).map(printable),
            ]),
            width,
            dim,
          ),
        ]),
    '',
    ...[
      columnsText(labels[0], found.sides[0]),
      columnsText(labels[1], found.sides[1]),
      ...(found.outputs.some(({ kind }) => kind === 'number') ? [toleranceText(found)] : []),
      ...(found.leftOut.length === 0 ? [] : [`Not compared: ${found.leftOut.join(', ')}.`]),
    ].map((line) => dim(printable(line))),
  ];
}

const nameOf = ({ names }: PredictedOutput): string => names.map(printable).join(' / ');
