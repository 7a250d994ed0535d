/** What people see of registered models. Pure: values in, lines out. */
import type { GateVerdict } from '../protocol/config/gate';
import type { GateJudgement, ModelVersionRow, RegisteredModelRow, RegistryEvent, Verified } from '../protocol/registry';
import type { Result } from '../protocol/requests';
import { eventWords } from '../protocol/registryWords';
import { formatAgo, formatSize, printable, table } from './format';
import { headlineText, type View } from './rendering';

export function modelTable(models: readonly RegisteredModelRow[], { paint, width, nowMs }: View): string[] {
  const columns = [
    { title: 'MODEL', shrinks: true },
    { title: 'VERSIONS', align: 'right' as const },
    { title: 'LATEST', align: 'right' as const },
    { title: 'ALIASES', shrinks: true },
    { title: 'CHANGED' },
  ];
  const rows = models.map(({ name, versionCount, latestVersion, aliases, updatedMs }) => [
    name,
    String(versionCount),
    latestVersion === null ? '' : String(latestVersion),
    aliases.map(({ alias, version }) => `@${alias} ${String(version)}`).join(', '),
    formatAgo(updatedMs, nowMs),
  ]);
  return table(columns, rows, width, (title) => paint('bold', title));
}

export function versionTable(versions: readonly ModelVersionRow[], { paint, width, nowMs }: View): string[] {
  const columns = [
    { title: 'VERSION', align: 'right' as const },
    { title: 'ALIASES', shrinks: true },
    { title: 'STAGE' },
    { title: 'RESULT', shrinks: true },
    { title: 'RUN', shrinks: true },
    { title: 'REGISTERED' },
    { title: '', paint: (cell: string) => paint('yellow', cell) },
  ];
  const rows = versions.map((version) => [
    String(version.version),
    version.aliases.map((alias) => `@${alias}`).join(' '),
    version.stage === 'None' ? '' : version.stage,
    headlineText(version.headline),
    version.run?.name ?? '',
    formatAgo(version.createdMs, nowMs),
    STATUS[version.status],
  ]);
  return table(columns, rows, width, (title) => paint('bold', title));
}

export function versionPage(
  { version, tags, approvals }: Result<'registry/version'>,
  { paint, nowMs }: View,
): string[] {
  const lines: (readonly [string, string])[] = [
    ['aliases', version.aliases.map((alias) => `@${alias}`).join(' ')],
    ['stage', version.stage === 'None' ? '' : version.stage],
    ['result', headlineText(version.headline)],
    ['run', version.run === null ? '' : `${version.run.name ?? 'not in this store'} (${version.run.runId})`],
    ['source', version.source],
    ['files', filesText(version)],
    ['digest', version.digest ?? ''],
    ['registered', `${formatAgo(version.createdMs, nowMs)}${version.user === '' ? '' : ` by ${version.user}`}`],
    ['tags', tags.map(({ key, value }) => `${key}=${value}`).join(', ')],
    [
      'approved',
      approvals.map(({ by, isCurrent }) => (isCurrent ? `by ${by}` : `by ${by}, with other content`)).join(', '),
    ],
    ['description', version.description],
  ];
  return [
    paint('bold', `${printable(version.name)}/${String(version.version)}`),
    ...lines.filter(([, text]) => text !== '').map(([title, text]) => `${title.padEnd(12)} ${printable(text)}`),
  ];
}

const STATUS: Readonly<Record<ModelVersionRow['status'], string>> = {
  READY: '',
  PENDING_REGISTRATION: 'its files are being kept',
  FAILED_REGISTRATION: 'its files could not be kept',
};

/** Whether the version has files of its own. */
function filesText({ status, statusMessage, digest }: ModelVersionRow): string {
  if (status === 'FAILED_REGISTRATION') return statusMessage;
  if (status === 'PENDING_REGISTRATION') return STATUS[status];
  const kept = digest === null ? 'not kept in this store' : 'kept apart from the run';
  return statusMessage === '' ? kept : `${kept}. ${statusMessage}`;
}

/** What was found in the files of versions. */
export function verifiedLines(versions: readonly Verified[], { paint }: Pick<View, 'paint'>): string[] {
  return versions.flatMap(({ name, version, state, fileCount, sizeBytes, problems }) => {
    const label = `${printable(name)}/${String(version)}`;
    const files = fileCount === 1 ? '1 file' : `${String(fileCount)} files`;
    const first: Readonly<Record<Verified['state'], string>> = {
      whole: `${paint('green', '✔')} ${label}: ${files}, ${formatSize(sizeBytes)}, as registered`,
      changed: `${paint('red', '✘')} ${label}: not what was registered`,
      elsewhere: `${paint('dim', '-')} ${label}: its files are not kept in this store`,
      pending: `${paint('dim', '-')} ${label}: its files are still being kept`,
      failed: `${paint('yellow', '!')} ${label}: its files could not be kept`,
    };
    return [first[state], ...problems.map((text) => `  ${printable(text)}`)];
  });
}

export function historyLines(history: readonly RegistryEvent[], { paint, nowMs }: View): string[] {
  if (history.length === 0) return [];
  return [
    '',
    paint('bold', 'HISTORY'),
    ...history.flatMap((event) => [
      `${formatAgo(event.atMs, nowMs).padEnd(16)} ${printable(eventWords(event))}`,
      ...checkLines(event.verdict?.checks.filter(({ passed }) => !passed) ?? [], paint).map(
        (line) => `${' '.repeat(16)} ${line}`,
      ),
    ]),
  ];
}

export interface NamedJudgement {
  /** The alias or the stage. */
  readonly to: string;
  readonly judgement: GateJudgement;
}

/** The verdict of each gate, check by check. */
export function judgementLines(of: string, judgements: readonly NamedJudgement[], { paint }: View): string[] {
  return judgements.flatMap(({ to, judgement: { verdict } }) => [
    `${paint('bold', `${printable(of)} to ${printable(to)}`)} ${verdict.passed ? paint('green', 'passes') : paint('red', 'fails')}`,
    ...checkLines(verdict.checks, paint).map((line) => `  ${line}`),
  ]);
}

function checkLines(checks: GateVerdict['checks'], paint: View['paint']): string[] {
  return checks.map(
    ({ passed, text }) => `${passed ? paint('green', 'pass') : paint('red', 'FAIL')} ${printable(text)}`,
  );
}
