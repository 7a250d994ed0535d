/** What the command line says of an inspected notebook. Pure. */
import type { Finding, Inspection } from '../protocol/notebooks';
import { printable, table } from './format';
import type { Paint } from './output';

export function inspectionDocument(path: string, inspection: Inspection): Record<string, unknown> {
  const { format, language, kernel, codeCells, parameters, findings } = inspection;
  return {
    path,
    format,
    language,
    kernel,
    code_cells: codeCells,
    parameters,
    findings: findings.map(({ rule, message, cellId, cellIndex, range, replacement }) => ({
      rule,
      message,
      cell_id: cellId,
      cell_index: cellIndex,
      range: range && {
        start_line: range.startLine,
        start_column: range.startColumn,
        end_line: range.endLine,
        end_column: range.endColumn,
      },
      replacement,
    })),
  };
}

export function inspectionLines({ language, codeCells, parameters, findings }: Inspection, paint: Paint): string[] {
  const isPython = /^i?python3?$/i.test(language);
  const cells = codeCells === 1 ? '1 code cell' : `${String(codeCells)} code cells`;
  if (!isPython)
    return [`A notebook in ${printable(language)} with ${cells}. Only notebooks in Python are looked at any closer.`];
  const lines: string[] = [];
  if (parameters.length > 0) {
    const titles = ['Parameter', 'Type', 'Default', 'Help'].map((title) => ({ title }));
    const rows = parameters.map(({ name, type, default: value, help }) => [name, type, oneLine(value), help]);
    lines.push(...table(titles, rows, null, (title) => paint('bold', title)), '');
  }
  if (findings.length === 0) return [...lines, `Nothing in the way of the same results again, in ${cells}.`];
  const reasons = findings.length === 1 ? '1 reason' : `${String(findings.length)} reasons`;
  lines.push(paint('bold', `Not reproducible as it stands: ${reasons}`));
  for (const finding of findings)
    lines.push(
      `  ${paint('dim', placeOf(finding))} ${printable(finding.message)} ${paint('dim', `(${finding.rule})`)}`,
    );
  return lines;
}

/** `cell 3, line 2:`, both counted from 1. */
function placeOf({ cellIndex, range }: Finding): string {
  if (cellIndex === null) return '';
  const line = range ? `, line ${String(range.startLine + 1)}` : '';
  return `cell ${String(cellIndex + 1)}${line}:`;
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
