/** What the run page asks for and what it may do. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  CELLS_AT_A_TIME,
  RUN_PAGE_LIMIT,
  runPageCommands,
  type RunPageModel,
  runPageRequests,
} from '../../protocol/pages/run';
import { firstWanted } from '../../protocol/pages/chartPlan';
import type { SeriesQuery } from '../../protocol/pages/charts';
import { MAX_OUTPUT_BYTES } from '../../protocol/requests';
import { openDiff } from '../code';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import { goToCell } from '../notebooks/runCellPlace';
import { openExecuted } from '../notebooks/runExecuted';
import { sourceFileOf } from '../sourceFile';
import { later } from '../later';
import type { Log } from '../log';
import type { StoreSession } from '../stores/session';
import { revealArtifact, saveArtifact } from './artifactFiles';
import { resolveArtifact } from './artifacts';
import { type ChartLayouts, chooseMetric, chooseRival, rivalsOf } from './charts';
import { pictureOf, textOf } from './cellFiles';
import type { PageHandlers } from './host';
import { resolveLineageFile } from './lineageFiles';
import type { Rivals } from './rivals';
import { RunFacts } from './runFacts';
import { webLink } from './webLink';

export const runPageContract = { requests: runPageRequests, commands: runPageCommands } as const;

/** Commands that take a `RunRef`, and the path of a file where one is meant. */
const COMPARE_CODE = {
  commit: 'loopwright.compareCodeWithCommit',
  now: 'loopwright.compareCodeWithNow',
  run: 'loopwright.compareCodeWithRun',
} as const;

export interface RunPageParts {
  readonly runId: string;
  /** @throws LoopwrightError if this window does not show the run's store */
  readonly session: () => Promise<StoreSession>;
  readonly actions: RunActions;
  readonly showLog: () => void;
  readonly layouts: ChartLayouts;
  readonly rivals: Rivals;
  readonly log: Log;
  /** The page knows its run's name now. */
  readonly onLoaded: (name: string) => void;
}

export function runPageHandlers(parts: RunPageParts): PageHandlers<typeof runPageContract> {
  const { runId, session, actions } = parts;
  const run = async (): Promise<RunRef> => {
    const store = await session();
    return { session: store, row: (await store.request('runs/get', { runId })).run };
  };
  const runFolder = async () => (await session()).paths.runFolder(runId);
  const artifact = async (path: string) => resolveArtifact(await runFolder(), path);
  const open = (file: string) => vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  const page = { runId, limit: RUN_PAGE_LIMIT };
  const experiment = async () => (await run()).row.experiment;
  const after = (pageToken: string | undefined) => (pageToken === undefined ? {} : { pageToken });
  const facts = new RunFacts(runId);
  const show = ({ file, isDirectory }: { file: string; isDirectory: boolean }) =>
    isDirectory ? vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file)) : open(file);

  const load = async (): Promise<RunPageModel> => {
    const store = await session();
    const model = await facts.load(store);
    parts.onLoaded(model.run.name);
    return {
      ...model,
      canAct: vscode.workspace.isTrusted && store.canWrite && !model.run.deleted,
      layout: parts.layouts.of(model.run.experiment),
      rivalChanges: parts.rivals.changes,
    };
  };
  // Before the page is there to ask: VS Code takes its time to make it.
  let early: Promise<RunPageModel> | null = load();
  early.catch(() => undefined); // the page's own question meets it again

  const seriesOf = async ({ runId: ofRun = runId, ...query }: SeriesQuery) =>
    (await session()).request('metrics/series', { ...query, runId: ofRun });

  return {
    ahead: async () => {
      const model = await (early ?? load());
      early = null;
      const asFirst = { layout: model.layout, overrides: {}, zooms: {}, rivals: [] };
      const points = firstWanted(model.metrics, asFirst).map(async ({ spec }) => ({
        method: 'series',
        params: spec,
        value: await seriesOf(spec),
      }));
      return [{ method: 'load', params: {}, value: model }, ...(await Promise.all(points))];
    },
    requests: {
      load: () => {
        // What could not be read so early may be there by now.
        const model = early?.catch(load) ?? load();
        early = null;
        return model;
      },
      moreMetrics: async ({ pageToken }) =>
        (await session()).request('runs/metrics', { ...page, which: 'own', ...after(pageToken) }),
      facts: async ({ section }) => (await session()).request('runs/facts', { runId, section }),
      files: async ({ direction, pageToken }) =>
        (await session()).request('runs/files', { ...page, direction, ...after(pageToken) }),
      children: async ({ orderBy, pageToken }) =>
        (await session()).request('runs/children', { runId, orderBy, ...after(pageToken) }),
      series: async (query) => {
        if (query.runId !== undefined) parts.rivals.watch(query.runId);
        return seriesOf(query);
      },
      rivals: async () => rivalsOf(await session(), runId),
      pickRun: async () => ({ run: await chooseRival(await session(), parts.log) }),
      pickMetric: async ({ purpose, without }) => ({
        key: await chooseMetric(await session(), runId, purpose, without),
      }),
      output: async ({ offset, limit }) =>
        (await session()).request('runs/output', { runId, offset, limit: Math.min(limit, MAX_OUTPUT_BYTES) }),
      searchOutput: async (search) => (await session()).request('runs/searchOutput', { runId, ...search }),
      figures: async ({ pageToken }) => (await session()).request('runs/figures', { ...page, ...after(pageToken) }),
      figureAt: async (place) => (await session()).request('runs/figureAt', { runId, ...place }),
      artifactFolder: async ({ under, pageToken }) =>
        (await session()).request('runs/artifactFolder', { ...page, under, ...after(pageToken) }),
      artifacts: async ({ search, pageToken }) =>
        (await session()).request('runs/artifacts', { ...page, search, ...after(pageToken) }),
      edit: async (change) => {
        await (await session()).request('runs/edit', { edits: [{ ...change, runId }] });
        return {};
      },
      figure: async ({ path }) => ({ dataUrl: await pictureOf(await runFolder(), path) }),
      executions: async ({ from }) =>
        (await session()).request('notebooks/executions', { runId, from, limit: CELLS_AT_A_TIME }),
      artifactText: async ({ path }) => textOf(await runFolder(), path),
      keepDrift: async ({ change }) => (await later()).keepDrift(await session(), change),
    },
    commands: {
      stop: async () => actions.stop([await run()]),
      runAgain: async () => actions.runAgain(await run()),
      restore: async () => {
        await vscode.commands.executeCommand('loopwright.restoreRun', await run());
      },
      showTerminal: async () => actions.showTerminal(await run()),
      revealInTree: async () => actions.reveal(await run()),
      openArtifact: async ({ path }) => {
        await show(await artifact(path));
      },
      saveArtifact: async ({ path }) => saveArtifact((await artifact(path)).file),
      revealArtifact: async ({ path }) => revealArtifact((await artifact(path)).file),
      copyArtifactPath: async ({ path }) => {
        await vscode.env.clipboard.writeText((await artifact(path)).file);
      },
      openLink: async ({ url }) => {
        await vscode.env.openExternal(vscode.Uri.parse(webLink(url), true));
      },
      openSource: async () => {
        const { provenance } = await (await session()).request('runs/get', { runId });
        await open(sourceFileOf(provenance));
      },
      openOutput: async () => {
        await open(join(await runFolder(), 'output.log'));
      },
      openFile: async ({ path }) => {
        await show(await resolveLineageFile(path));
      },
      openChild: async ({ runId: childId }) => {
        const store = await session();
        actions.open({ session: store, row: (await store.request('runs/get', { runId: childId })).run });
      },
      openCodeDiff: async ({ path }) => {
        await openDiff(await run(), path);
      },
      scoreAgain: async () => {
        await vscode.commands.executeCommand('loopwright.scoreAgain', await run());
      },
      scoreOn: async () => {
        await vscode.commands.executeCommand('loopwright.scoreOn', await run());
      },
      driftAgain: async (change) => {
        await vscode.commands.executeCommand('loopwright.driftAgain', await run(), change);
      },
      compareRuns: async () => {
        await vscode.commands.executeCommand('loopwright.compareRuns', await run());
      },
      compareCode: async (what) => {
        await vscode.commands.executeCommand(COMPARE_CODE[what.with], await run());
      },
      goToCell: async (place) => {
        await goToCell(await run(), place);
      },
      openExecuted: async () => {
        await openExecuted(await run());
      },
      showLog: () => {
        parts.showLog();
        return Promise.resolve();
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
      },
      keepCharts: async (layout) => parts.layouts.keep(await experiment(), layout),
      savePicture: async (picture) => (await later()).savePicture(picture),
      saveText: async (given) => (await later()).saveText(given),
      savePoints: async (points) => (await later()).savePoints(await session(), runId, points),
    },
  };
}
