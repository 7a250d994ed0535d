/** What is counted of a log of requests, for Prometheus. */
import { escaped } from '../metrics';
import type { RequestLog } from './requestLog';

export function logMetrics(model: string, version: string, counted: RequestLog['counted'] | undefined): string {
  if (!counted) return '';
  const labels = `{model="${escaped(model)}",version="${escaped(version)}"}`;
  const all: [string, string, number][] = [
    ['loopwright_requests_logged_total', 'Requests that were written to the log', counted.requests],
    ['loopwright_requests_dropped_total', 'Requests that were answered and left out of the log', counted.dropped],
    ['loopwright_labels_logged_total', 'Labels that were written to the log', counted.labels],
  ];
  return all
    .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name}${labels} ${String(value)}\n`)
    .join('');
}
