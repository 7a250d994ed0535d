/** What the page knows of its two versions, kept up to date while it is shown. */
import { type ComparedVersion, type CompareVersionsModel } from '../../src/protocol/pages/compareVersions';
import { PageModel } from '../pageModel';
import { type VersionsHost } from './api';

const REFRESH_INTERVAL_MS = 1000;

export class PairModel extends PageModel {
  page: CompareVersionsModel | null = null;
  /** Counts what may have changed of their runs. */
  turn = 0;

  constructor(
    private readonly host: VersionsHost,
    onChange: () => void,
  ) {
    super(host, onChange, REFRESH_INTERVAL_MS);
  }

  protected override async read(): Promise<void> {
    this.page = await this.host.request('load', {});
    this.turn++;
  }
}

export interface Pair {
  readonly left: ComparedVersion;
  readonly right: ComparedVersion;
  /** What the columns are called: `v1`; of different models `fraud v1`. */
  readonly labels: readonly [string, string];
}

export function pairOf({ left, right }: CompareVersionsModel): Pair {
  const isOneModel = left.version.name === right.version.name;
  const label = ({ version: { name, version } }: ComparedVersion) =>
    `${isOneModel ? '' : `${name} `}v${String(version)}`;
  return { left, right, labels: [label(left), label(right)] };
}

export const nameOf = ({ version: { name, version } }: ComparedVersion) => ({ name, version });

/** As they are asked for. */
export const namesOf = ({ left, right }: Pair) => [nameOf(left), nameOf(right)];

/** What was read of them still holds as long as this is the same. */
export const stampOf = ({ left, right }: Pair): string =>
  JSON.stringify([left, right].map((one) => [nameOf(one), one.place, one.version.run, one.version.status]));
