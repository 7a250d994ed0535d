/** What `loopwright export` says. Pure. */
import type { ExportResult, ExportState } from '../protocol/exports';
import { formatNumber, formatSize } from '../protocol/format';
import type { Paint } from './output';
import { printable } from './format';

export function exportProgressLine({ step, done, total }: ExportState): string {
  const part = total === 0 ? '' : ` ${String(Math.floor((100 * done) / total))} %`;
  switch (step) {
    case null:
      return '';
    case 'runs':
      return `Writing runs:${part}`;
    case 'artifacts':
      return `Copying artifacts:${part}`;
    case 'files':
      return 'Putting the files together';
  }
}

const countOf = (count: number, one: string): string => `${formatNumber(count)} ${one}${count === 1 ? '' : 's'}`;

export function exportLines({ files, runs, points, artifacts, artifactBytes }: ExportResult, paint: Paint): string[] {
  const [main = '', ...others] = files;
  const copied = artifacts === 0 ? '' : `, ${countOf(artifacts, 'artifact')} (${formatSize(artifactBytes)})`;
  return [
    paint('green', `✔ ${printable(main)}`),
    ...others.map((file) => `  ${printable(file)}`),
    `  ${countOf(runs, 'run')}, ${countOf(points, 'point')} of metrics${copied}`,
  ];
}

export const exportDocument = ({ artifacts, artifactBytes, ...rest }: ExportResult) => ({
  ...rest,
  artifacts,
  artifact_bytes: artifactBytes,
});
