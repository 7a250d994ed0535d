/** The tags in which MLflow's pages look for what a run is. */
import type { Database } from 'better-sqlite3';
import { CodeFacts } from '../../protocol/capture';
import type { Pair } from '../clients';
import type { ExportRun } from './source';

/** What is known of the repository that a run's code lay in, as JSON. */
export function repositoryFact(db: Database): (run: ExportRun) => string | undefined {
  const find = db
    .prepare<[number], string>("SELECT value FROM facts WHERE run_seq = ? AND section = 'code' AND key = 'repository'")
    .pluck();
  return ({ run_seq: seq }) => find.get(seq);
}

/** What MLflow's client says of each run in tags, where the run has none that say it: its pages show these. */
export function tagsOf(run: ExportRun, own: readonly Pair[], repository: string | undefined): Pair[] {
  const isNotebook = run.kind === 'notebook' || run.kind === 'followed';
  const code = CodeFacts.shape.repository.safeParse(repository === undefined ? null : JSON.parse(repository));
  const commit = code.success ? code.data?.commit : null;
  const others: (readonly [key: string, value: string | null | undefined])[] = [
    ['mlflow.runName', run.name],
    ['mlflow.parentRunId', run.parent_run_id],
    ['mlflow.note.content', run.note],
    ...(run.kind === 'client'
      ? []
      : [
          ['mlflow.user', run.user] as const,
          ['mlflow.source.name', run.source] as const,
          ['mlflow.source.type', isNotebook ? 'NOTEBOOK' : 'LOCAL'] as const,
          ['mlflow.source.git.commit', commit] as const,
        ]),
  ];
  const known = new Set(own.map(([key]) => key));
  return [
    ...own,
    ...others.filter((one): one is Pair => typeof one[1] === 'string' && one[1] !== '' && !known.has(one[0])),
  ];
}
