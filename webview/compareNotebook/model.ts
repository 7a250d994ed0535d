/** What the page knows of its two runs: what they are, what was executed in each, and what belongs together. */
import { type Execution } from '../../src/protocol/notebooks';
import { type ComparedRun, type Side } from '../../src/protocol/pages/compareNotebook';
import { PageModel } from '../pageModel';
import { type CompareHost } from './api';
import { type FilePair, matchExecutions, type Row, verdictOf } from './matching';

const REFRESH_INTERVAL_MS = 1000;
/** Pairs of files in one request. */
const FILES_AT_A_TIME = 200;
/** Of each run; more would not be read by anybody. The page says what is missing. */
export const MAX_EXECUTIONS = 2000;

export interface Compared {
  readonly before: ComparedRun;
  readonly after: ComparedRun;
  /** Null until the cells of both have been read. */
  readonly rows: readonly Row[] | null;
}

export class CompareModel extends PageModel {
  compared: Compared | null = null;
  /** What was read of one run is not read again once that run is complete. */
  /** How many executions have been read of how many, while they are. */
  progress = { read: 0, total: 0 };
  private readonly settled = new Map<Side, readonly Execution[]>();

  constructor(
    private readonly host: CompareHost,
    onChange: () => void,
  ) {
    super(host, onChange, REFRESH_INTERVAL_MS);
  }

  protected override async read(): Promise<void> {
    const runs = await this.host.request('load', {});
    const most = ({ totals }: ComparedRun) => Math.min(totals.executions, MAX_EXECUTIONS);
    this.progress = { read: 0, total: most(runs.before) + most(runs.after) };
    this.compared = { ...runs, rows: this.compared?.rows ?? null };
    this.onChange();
    const [before, after] = await Promise.all([
      this.executions('before', runs.before),
      this.executions('after', runs.after),
    ]);
    const rows = matchExecutions(before, after).map((pair): Row => ({ ...pair, verdict: verdictOf(pair) }));
    this.compared = { ...runs, rows: await this.lookedInto(rows) };
  }

  private async executions(side: Side, { run }: ComparedRun): Promise<readonly Execution[]> {
    const known = this.settled.get(side);
    if (known) return known;
    const found: Execution[] = [];
    for (let from: number | null = 0; from !== null && found.length < MAX_EXECUTIONS;) {
      const page: { executions: Execution[]; nextPageToken: string | null } = await this.host.request('executions', {
        side,
        from,
      });
      found.push(...page.executions);
      this.progress = { ...this.progress, read: this.progress.read + page.executions.length };
      this.onChange();
      const last = page.executions.at(-1);
      from = last && page.nextPageToken !== null ? last.ordinal + 1 : null;
    }
    if (run.timing.endMs !== null) this.settled.set(side, found);
    return found.slice(0, MAX_EXECUTIONS);
  }

  /** Outputs in files of the same size are only the same if the files are. */
  private async lookedInto(rows: readonly Row[]): Promise<Row[]> {
    const pairs: FilePair[] = rows.flatMap(({ verdict }) => (verdict.is === 'same' ? verdict.files : []));
    const other = new Set<FilePair>();
    for (let at = 0; at < pairs.length; at += FILES_AT_A_TIME) {
      const some = pairs.slice(at, at + FILES_AT_A_TIME);
      const { same } = await this.host.request('sameFiles', { pairs: some });
      some.forEach((pair, index) => {
        if (same[index] !== true) other.add(pair);
      });
    }
    return rows.map((row) =>
      row.verdict.is === 'same' && row.verdict.files.some((pair) => other.has(pair))
        ? { ...row, verdict: { is: 'changed', source: false, outputs: true, state: false } }
        : row,
    );
  }
}
