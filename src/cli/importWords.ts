/** What people and programs see of an import. Pure. */
import { formatSize } from '../protocol/format';
import type { ImportResult, ImportState } from '../protocol/imports';
import { printable } from './format';
import type { Paint } from './output';

const SHOWN = 10;

const plural = (count: number, one: string): string => `${String(count)} ${one}${count === 1 ? '' : 's'}`;

export function importLines(result: ImportResult, paint: Paint): string[] {
  const { runs, artifacts, experiments, loggedModels, modelVersions, problems, problemCount } = result;
  const counts = [
    `imported ${plural(runs.imported, 'run')}`,
    ...(runs.updated > 0 ? [`${String(runs.updated)} had something new`] : []),
    ...(runs.unchanged > 0 ? [`${String(runs.unchanged)} had nothing new`] : []),
    ...(runs.unreadable > 0 ? [`${String(runs.unreadable)} could not be read`] : []),
  ];
  const more = [
    ...(experiments > 0 ? [plural(experiments, 'experiment')] : []),
    ...(loggedModels > 0 ? [plural(loggedModels, 'logged model')] : []),
    ...(modelVersions > 0 ? [plural(modelVersions, 'registered version')] : []),
    ...(artifacts.count > 0 ? [`${plural(artifacts.count, 'artifact')} (${formatSize(artifacts.sizeBytes)})`] : []),
  ];
  const shown = problems.slice(0, SHOWN).map((text) => `${paint('yellow', '!')} ${printable(text)}`);
  const rest = problemCount - shown.length;
  return [
    `${printable(result.path)}: ${counts.join(', ')}.`,
    ...(more.length > 0 ? [paint('dim', `With them: ${more.join(', ')}.`)] : []),
    ...shown,
    ...(rest > 0 ? [paint('dim', `and ${String(rest)} more`)] : []),
  ];
}

export function importProgressLine({ step, doneRuns, totalRuns }: ImportState): string {
  switch (step) {
    case null:
      return '';
    case 'look':
      return 'Looking at what there is…';
    case 'runs':
      return totalRuns === 0 ? plural(doneRuns, 'run') : `${String(doneRuns)} of ${plural(totalRuns, 'run')}`;
    case 'models':
      return 'Files of models…';
    case 'registry':
      return 'Experiments and models…';
  }
}

/** The document of `import --json`. */
export const importDocument = (result: ImportResult) => ({
  format: result.format,
  path: result.path,
  runs: result.runs,
  artifacts: { count: result.artifacts.count, size: result.artifacts.sizeBytes },
  experiments: result.experiments,
  logged_models: result.loggedModels,
  model_versions: result.modelVersions,
  problems: result.problems,
  problem_count: result.problemCount,
});
