/** A logged chart as rows of text, to be copied or saved. Pure. */
import { type LoggedChart } from '../../../src/protocol/logged';

type Row = readonly (string | number | boolean | null | undefined)[];

/** @param separator a tab for the clipboard, a comma for a file */
export function loggedText(chart: LoggedChart, separator: '\t' | ','): string {
  return rowsOf(chart)
    .map((row) => row.map((cell) => cellText(cell, separator)).join(separator))
    .join('\n')
    .concat('\n');
}

function rowsOf(chart: LoggedChart): readonly Row[] {
  switch (chart.type) {
    case 'table':
      return [chart.columns, ...chart.rows];
    case 'confusion_matrix':
      return [['true', ...chart.labels], ...chart.matrix.map((row, at) => [chart.labels[at], ...row])];
    case 'roc':
    case 'pr': {
      const axes = chart.type === 'roc' ? ['false_positive_rate', 'true_positive_rate'] : ['recall', 'precision'];
      const points = chart.curves.flatMap(({ label, x, y, thresholds }) =>
        x.map((value, at) => [label, value, y[at], thresholds?.[at]]),
      );
      return [['class', ...axes, 'threshold'], ...points];
    }
  }
}

function cellText(cell: Row[number], separator: '\t' | ','): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  if (separator === '\t') return text.replaceAll(/[\t\r\n]+/g, ' ');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
