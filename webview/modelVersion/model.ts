/** What the page knows of its version, kept up to date while it is shown. */
import { type ModelVersionModel, type VersionMetrics } from '../../src/protocol/pages/modelVersion';
import { PageModel } from '../pageModel';
import { type VersionHost } from './api';

const REFRESH_INTERVAL_MS = 1000;

export class VersionModel extends PageModel {
  page: ModelVersionModel | null = null;
  /** The beginning of them: what matters first. */
  metrics: VersionMetrics | null = null;

  constructor(
    private readonly host: VersionHost,
    onChange: () => void,
  ) {
    super(host, onChange, REFRESH_INTERVAL_MS);
  }

  protected override async read(): Promise<void> {
    const [page, metrics] = await Promise.all([
      this.host.request('load', {}),
      this.host.request('metrics', { search: '' }),
    ]);
    this.page = page;
    this.metrics = metrics;
  }
}
