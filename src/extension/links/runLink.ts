/** Links to runs, `vscode://loopwright.loopwright/run/<id>?store=<path>`. Any page may hold one, so nothing in it is trusted. */
import { basename, isAbsolute } from 'node:path';
import { RunId } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { STORE_NAME } from '../../protocol/node/storeFolder';

export interface RunLink {
  readonly runId: string;
  /** Where the one who made the link has the run; null if the link does not say it. */
  readonly store: string | null;
}

/**
 * @param link the parts that VS Code has decoded the path of, and not the query
 * @throws LoopwrightError `bad_request` for what is no link to a run
 */
export function parseRunLink(link: { readonly path: string; readonly query: string }): RunLink {
  const [, id] = /^\/run\/([^/]+)\/?$/.exec(link.path) ?? [];
  const runId = RunId.safeParse(id);
  if (!runId.success) throw new LoopwrightError('bad_request', 'The link names no run: it ends in /run/ and an id.');
  const store = new URLSearchParams(link.query).get('store');
  return { runId: runId.data, store: store !== null && isStorePath(store) ? store : null };
}

const isStorePath = (path: string): boolean => isAbsolute(path) && basename(path) === STORE_NAME;
