/** What the tests of the extension's pure parts need in place of VS Code and the engine. */
import type { RunRow, RunTiming } from '../../src/protocol/entities';
import type { Localizer } from '../../src/extension/l10n';
import type { Log } from '../../src/extension/log';

/** English, with the places filled in as `vscode.l10n` does. */
export const l10n: Localizer = {
  t: (message, ...values) =>
    message.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)] ?? `{${index}}`)),
};

/** A log that keeps its lines. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** What VS Code keeps for a workspace, in memory. */
export function memory(kept: Record<string, unknown> = {}) {
  return {
    kept,
    get: (key: string): unknown => kept[key],
    update: (key: string, value: unknown) => {
      kept[key] = structuredClone(value);
      return Promise.resolve();
    },
  };
}

export const START_MS = Date.UTC(2026, 0, 31, 14, 2);
const DEFAULT_TIMING: RunTiming = { status: 'FINISHED', startMs: START_MS, endMs: START_MS + 134_000 };

export function runRow(change: Partial<RunRow> = {}): RunRow {
  return {
    runId: '019c0f00000070008000000000000001',
    experimentId: 1,
    experiment: 'Default',
    parentRunId: null,
    childCount: 0,
    name: 'fraud-rf',
    kind: 'script',
    timing: DEFAULT_TIMING,
    exitCode: 0,
    signal: null,
    reason: null,
    stoppedAt: null,
    headline: { key: 'auc', value: 0.941 },
    starred: false,
    pinned: false,
    deleted: false,
    values: [],
    ...change,
  };
}
