/** What `loopwright export` says. Pure. */
import type { ExportResult, ExportState, SendResult } from '../protocol/exports';
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

export function sendLines({ url, runs, points, artifacts, artifactBytes }: SendResult, paint: Paint): string[] {
  const copied = artifacts === 0 ? '' : `, ${countOf(artifacts, 'artifact')} (${formatSize(artifactBytes)})`;
  const counts = [
    `${countOf(runs.sent, 'run')} sent`,
    ...(runs.updated > 0 ? [`${formatNumber(runs.updated)} had something new`] : []),
    ...(runs.unchanged > 0 ? [`${formatNumber(runs.unchanged)} had nothing new`] : []),
  ];
  return [
    paint('green', `✔ ${printable(url)}`),
    `  ${counts.join(', ')}`,
    ...(points + artifacts > 0 ? [`  ${countOf(points, 'point')} of metrics${copied}`] : []),
  ];
}

/** The document of `export URL --json`. */
export const sendDocument = ({ artifacts, artifactBytes, ...rest }: SendResult) => ({
  ...rest,
  artifacts,
  artifact_bytes: artifactBytes,
});
