/** What is said of an endpoint. */
import * as vscode from 'vscode';
import { type EndpointRow, type EndpointState, urlOf } from '../../protocol/endpoints';
import { formatNumber } from '../../protocol/format';
import { plain } from '../text';

export const isOver = ({ state }: Pick<EndpointRow, 'state'>): boolean => state === 'ended';

/** The newest come last, and what does not fit on the screen is cut off there. *Open Log* has all. */
const SHOWN_LINES = 5;

/** `fraud v3`, `model.onnx` */
export const servedWords = ({ model, version, digest }: Pick<EndpointRow, 'model' | 'version' | 'digest'>): string =>
  digest === null ? plain(model, 80) : `${plain(model, 80)} v${version}`;

export function iconOf(state: EndpointState): { readonly icon: string; readonly color: string | null } {
  switch (state) {
    case 'starting':
    case 'stopping':
      return { icon: 'loading~spin', color: null };
    case 'ready':
      return { icon: 'broadcast', color: 'testing.iconPassed' };
    case 'unloaded':
      return { icon: 'circle-outline', color: null };
    case 'restarting':
      return { icon: 'sync~spin', color: 'list.warningForeground' };
    case 'silent':
      return { icon: 'warning', color: 'list.warningForeground' };
    case 'ended':
      return { icon: 'error', color: 'testing.iconFailed' };
  }
}

/** `v3 · :8080 · 310 req/s · p95 4 ms`, `ended · v3 · Its process …`: what matters comes first, as a side bar is narrow. */
export function describeEndpoint(row: EndpointRow, store: string | null): string {
  const { name, model, port, state, cause } = row;
  const parts = [
    ...(state === 'ready' ? [] : [stateWords(row)]),
    row.digest !== null && model === name ? `v${row.version}` : servedWords(row),
    ...(port === 0 || state === 'ended' ? [] : [`:${String(port)}`]),
    ...(state === 'ready' ? loadWords(row) : []),
    ...(state === 'ended' ? [plain(cause, 200)] : []),
    ...(store === null ? [] : [plain(store, 60)]),
  ];
  return parts.join(' · ');
}

function loadWords({ requestsPerSecond, p95Ms }: EndpointRow): string[] {
  if (requestsPerSecond === null) return [];
  if (requestsPerSecond === 0) return [vscode.l10n.t('idle')];
  return [
    vscode.l10n.t('{0} req/s', shortNumber(requestsPerSecond)),
    ...(p95Ms === null ? [] : [vscode.l10n.t('p95 {0} ms', shortNumber(p95Ms))]),
  ];
}

/** More digits than these change with every look. */
const shortNumber = (value: number): string =>
  formatNumber(value >= 10 ? Math.round(value) : Number(value.toPrecision(2)));

export function stateWords({ state, crashes }: Pick<EndpointRow, 'state' | 'crashes'>): string {
  switch (state) {
    case 'starting':
      return vscode.l10n.t('starting');
    case 'ready':
      return vscode.l10n.t('ready');
    case 'unloaded':
      return vscode.l10n.t('model unloaded');
    case 'restarting':
      return crashes > 1
        ? vscode.l10n.t('model restarting ({0} crashes)', String(crashes))
        : vscode.l10n.t('model restarting');
    case 'stopping':
      return vscode.l10n.t('stopping');
    case 'silent':
      return vscode.l10n.t('does not answer');
    case 'ended':
      return vscode.l10n.t('ended');
  }
}

export function tooltipOf(row: EndpointRow): string {
  const { port, startedMs, file, cause, crashes, state, lastLines, process } = row;
  const since = new Date(startedMs).toLocaleString(vscode.env.language);
  const lines = [
    `${row.name}: ${servedWords(row)}`,
    ...(state === 'ended'
      ? [cause]
      : port === 0
        ? [stateWords(row)]
        : [`${urlOf(port, row.host)} (${stateWords(row)})`]),
    // A narrow side bar cuts them off.
    ...(state === 'ready' && row.requestsPerSecond !== null ? [loadWords(row).join(' · ')] : []),
    vscode.l10n.t('Started {0}, process {1}', since, String(process.pid)),
    plain(file, 300),
    ...(crashes === 0 ? [] : [vscode.l10n.t('The process that runs the model crashed {0} times.', String(crashes))]),
    ...(lastLines.length === 0 ? [] : ['', vscode.l10n.t('Its log ends with:')]),
    ...lastLines.slice(-SHOWN_LINES).map((line) => plain(line, 300)),
  ];
  return lines.join('\n');
}
