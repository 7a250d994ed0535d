/** Cells and outputs as VS Code gives them to extensions, for the tests of following. */
import type { SeenCell, SeenSummary } from '../../src/extension/notebooks/followCells';
import type { SeenOutput } from '../../src/extension/notebooks/followOutputs';

export interface TestCell extends SeenCell {
  text: string;
  index: number;
  executionSummary: SeenSummary | undefined;
}

export function cellOf(
  text: string,
  index = 0,
  metadata: Record<string, unknown> = { id: `id${String(index)}` },
): TestCell {
  const cell: TestCell = { text, index, metadata, executionSummary: undefined, document: { getText: () => cell.text } };
  return cell;
}

export const outputOf = (
  items: Record<string, string | Uint8Array>,
  metadata?: Record<string, unknown>,
): SeenOutput => ({
  items: Object.entries(items).map(([mime, data]) => ({
    mime,
    data: typeof data === 'string' ? Buffer.from(data) : data,
  })),
  metadata,
});

export const STDOUT = 'application/vnd.code.notebook.stdout';
export const STDERR = 'application/vnd.code.notebook.stderr';
export const ERROR = 'application/vnd.code.notebook.error';

export const errorOutput = (name: string, message = 'boom', stack = 'Traceback …'): SeenOutput =>
  outputOf({ [ERROR]: JSON.stringify({ name, message, stack }) });
