/** What the page knows of its runs, kept up to date while they go on. */
import { type ComparedKind, type ComparedRow } from '../../src/protocol/compared';
import { type RunRow } from '../../src/protocol/entities';
import { PageModel } from '../pageModel';
import { type CompareHost } from './api';
import { type Known } from './comparing';

const REFRESH_INTERVAL_MS = 1000;
/** Of parameters and of metrics: more is not plotted. The table has all of them. */
export const MAX_KNOWN = 1000;

export interface Compared {
  readonly runs: readonly RunRow[];
  readonly gone: readonly string[];
  readonly known: Known;
  /** Whether some runs have more parameters or metrics than are known. */
  readonly isCut: boolean;
  /** Another one each time that something was read anew. */
  readonly version: number;
}

export class CompareModel extends PageModel {
  compared: Compared | null = null;
  private version = 0;

  constructor(
    private readonly host: CompareHost,
    onChange: () => void,
  ) {
    super(host, onChange, REFRESH_INTERVAL_MS);
  }

  protected override async read(): Promise<void> {
    const { runs, gone } = await this.host.request('load', {});
    const runIds = runs.map(({ runId }) => runId);
    const canCompare = runIds.length >= 2;
    const nothing = { rows: [], isCut: false };
    const [params, metrics] = canCompare
      ? await Promise.all([this.allRows('param', runIds), this.allRows('metric', runIds)])
      : [nothing, nothing];
    this.compared = {
      runs,
      gone,
      known: { params: params.rows, metrics: metrics.rows },
      isCut: params.isCut || metrics.isCut,
      version: ++this.version,
    };
  }

  private async allRows(what: ComparedKind, runIds: readonly string[]) {
    const rows: ComparedRow[] = [];
    for (let pageToken: string | undefined; ;) {
      const asked = { what, runIds: [...runIds], onlyDifferences: false };
      const page = await this.host.request('rows', { ...asked, ...(pageToken === undefined ? {} : { pageToken }) });
      rows.push(...page.rows);
      if (page.nextPageToken === null || page.rows.length === 0) return { rows, isCut: false };
      if (rows.length >= MAX_KNOWN) return { rows, isCut: true };
      pageToken = page.nextPageToken;
    }
  }
}
