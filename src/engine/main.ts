/**
 * The engine of one store: `engine.js --store DIR`. This file wires its parts and holds their life cycle; what they do
 * is theirs. The main thread does sockets only.
 */
import './threads/early';
import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StoreState } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';
import { addressesOf, tokenOf } from '../protocol/node/addresses';
import { adopt, makeStore, storeIdOf, webhooksFileOf } from '../protocol/node/storeFolder';
import { whileUpgrading } from '../protocol/node/upgrade';
import { PROTOCOL_VERSION } from '../protocol/requests';
import { BUILD } from '../protocol/version';
import { ChangeCollector } from './lifecycle/changes';
import { Idle } from './lifecycle/idle';
import { takeLock } from '../protocol/node/lock';
import { CodeQueries } from './code';
import { Config } from './config';
import { driftHandlers } from './driftSides';
import { Exports } from './exporters';
import { Gc, houseHandlers, RetentionKeeper } from './house';
import { Imports } from './importers';
import { Jobs } from './jobs';
import { modelHandlers } from './models';
import { predictionHandlers } from './predictions';
import { servingHandlers } from './serving';
import { modelParts } from './lifecycle/modelParts';
import { inspectStore, mayMend, rebuildFromRuns } from './lifecycle/openStore';
import { RunWork } from './lifecycle/runWork';
import { StoreWatch } from './lifecycle/storeWatch';
import { createDispatch, type RequestHandlers, whyClosed, whyNotWritten } from './rpc/dispatch';
import { RpcServer } from './rpc/server';
import { StoreThreads } from './threads/pool';
import { readHandlers } from './threads/readHandlers';
import { Refusal } from './clients';
import { TrackingServer } from './lifecycle/trackingServer';
import { readSpecOf, stopRun } from './tracking';
import { Approvals, Deliverer, postUnder, urlRulesOf, Webhooks } from './webhooks';

/** How long a store that another engine writes, or that could not be opened, is left before it is looked at again. */
const LOOK_AGAIN_MS = Number(process.env.LOOPWRIGHT_LOOK_AGAIN_MS ?? 5000);

/** How often it is looked whether a day has passed, in an engine in which no run ends. */
const RETENTION_LOOK_MS = 10 * 60_000;
/** Longer than an old engine takes to hand over. */
const HAND_OVER_MS = 3000;

const STORE_GONE = 'its store is no longer there';

const log = (message: string): void => {
  writeSync(2, `${new Date().toISOString()} [${String(process.pid)}] ${message}\n`);
};

const onTrouble = (what: string) => (thrown: unknown) => {
  log(`${what}: ${LoopwrightError.from(thrown).message}`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { store: { type: 'string' } } });
  if (!values.store) throw new LoopwrightError('bad_request', 'engine.js takes --store DIR.');
  const paths = makeStore(values.store);
  const addresses = addressesOf(paths.root);
  const lock = takeLock(addresses.engineLock, HAND_OVER_MS);
  if (!lock) {
    log('another engine has this store');
    return;
  }
  const startedMs = Date.now();
  const upgrade = (work: () => void): void => {
    log('bringing the store to the form of this version');
    whileUpgrading(addresses, work);
  };
  let store: StoreState = inspectStore(paths, startedMs, upgrade);
  let threads: StoreThreads | null = null;
  let activeRuns = 0;
  let isStopping = false;

  const changes = new ChangeCollector((changed) => {
    server.broadcast(changed);
  });

  const setStore = (next: StoreState): void => {
    store = next;
    changes.add({ structure: true, runIds: [], store });
    log(`store ${store.state}${'reason' in store ? `: ${store.reason}` : ''}`);
  };

  const giveUp = ({ code, message }: Pick<LoopwrightError, 'code' | 'message'>): void => {
    if (store.state === 'unusable') return;
    setStore({ state: 'unusable', path: paths.root, code, reason: message });
    void closeThreads();
  };

  /** Damage in the middle of a database shows when it is read. */
  const onFailure = (error: LoopwrightError): void => {
    if (error.code === 'store_corrupt') giveUp(error);
  };

  const watch = new StoreWatch(paths.database);
  const jobs = new Jobs(log);
  const work = new RunWork({
    store: paths.root,
    jobs,
    onOver: (runId, kind, reason) => {
      threads?.writer?.call('workOver', { runId, work: kind, reason }).catch((thrown: unknown) => {
        log(
          `${kind} of run ${runId} is over, which could not be written down: ${LoopwrightError.from(thrown).message}`,
        );
      });
    },
    log,
  });

  const openThreads = (): void => {
    if (store.state === 'unusable') return;
    watch.begin();
    threads = new StoreThreads(paths.root, {
      writable: store.state === 'ready',
      onEvent: (event) => {
        switch (event.kind) {
          case 'changed':
            activeRuns = event.activeRuns;
            idle.busyWith('runs', activeRuns > 0);
            changes.add(event);
            if (event.registry) versions.keeper.look();
            applyRetention();
            return;
          case 'trouble':
            if (event.error === null) {
              setStore({ state: 'ready', path: paths.root, adopted: true });
              versions.keeper.look();
            } else if (event.error.code === 'store_corrupt') giveUp(event.error);
            else setStore({ state: 'readonly', path: paths.root, adopted: true, reason: event.error.message });
            return;
          case 'work':
            work.start(event.runId, event.work);
            return;
          case 'inputs':
            work.startEarly(event.runId);
            return;
          case 'registry':
            webhooks.happened(event.events);
            return;
          case 'log':
            log(event.message);
        }
      },
      onDeath: (error) => {
        if (isStopping) return;
        log(`a worker died: ${error.stack ?? error.message}`);
        giveUp(LoopwrightError.from(error));
      },
    });
  };

  const closeThreads = async (): Promise<void> => {
    const open = threads;
    threads = null;
    await open?.end();
  };

  const reopen = async (): Promise<StoreState> => {
    await closeThreads();
    setStore(inspectStore(paths, Date.now(), upgrade));
    openThreads();
    versions.keeper.look();
    return store;
  };

  const leave = async (reason: string): Promise<void> => {
    log(`stopping: ${reason}`);
    server.close();
    tracking.close();
    webhooks.close();
    jobs.end();
    // To close a database is to delete its log by name: by now that of whatever lies there instead.
    if (reason === STORE_GONE) process.kill(process.pid, 'SIGKILL');
    await closeThreads();
    lock.close();
    process.exit(0);
  };
  /** Whoever connects from now on is sent away, to start an engine that stays. */
  const stop = (reason: string, answerMs = 0): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => void leave(reason), answerMs);
  };

  const reader = () => {
    if (threads) return threads.reader;
    throw whyClosed(store);
  };
  const writer = () => {
    const found = threads?.writer;
    if (found) return found;
    throw whyClosed(store);
  };

  /** For those who don't come through the dispatch, which says so before it asks. */
  const writable = () => {
    if (store.state === 'ready') return writer();
    throw whyNotWritten(store);
  };

  const code = new CodeQueries({
    store: paths.root,
    factsOf: async (runId) => (await reader().call('runs/facts', { runId, section: 'code' })).facts,
    progressOf: (runId) => reader().call('runs/get', { runId }),
    treeOfNow: async (root) => (await jobs.run('code/tree', { store: paths.root, root }, { lane: 'code' })).tree,
  });
  const gc = new Gc({
    store: paths.root,
    jobs,
    remover: () => ({
      begin: (runIds) => writer().call('beginRemoval', { runIds }),
      removeRows: (runIds) => writer().call('removeRows', { runIds }),
      removeVersions: (params) => writer().call('tell', [{ method: 'registry/remove', params }]),
      reclaim: () => writer().call('reclaim'),
    }),
    onBusy: (isBusy) => idle.busyWith('gc', isBusy),
    onRemoved: (rules, removal) => retention.note(rules, removal, Date.now()),
  });
  const retention = new RetentionKeeper(join(addresses.folder, 'retention.json'), storeIdOf(paths), gc, log);
  const imports = new Imports({
    store: paths.root,
    jobs,
    writer: () => ({
      takeIncoming: () => writer().call('takeIncoming'),
      clearIncoming: () => writer().call('clearIncoming'),
      tell: (writes) => writer().call('tell', writes),
      editImported: (change) => writer().call('editImported', change),
    }),
    onBusy: (isBusy) => idle.busyWith('import', isBusy),
  });
  const applyRetention = (): void => {
    if (store.state === 'ready' && activeRuns === 0 && !isStopping) void retention.applyIfDue(Date.now());
  };

  const config = new Config(paths.root, jobs);
  const exporter = new Exports(paths.root, jobs, (isBusy) => idle.busyWith('export', isBusy));

  const urlRules = urlRulesOf(process.env);
  const webhooks = new Webhooks(
    { tell: (writes) => writable().call('tell', writes), webhooks: () => reader().call('webhooks') },
    new Approvals(webhooksFileOf(paths), log),
    new Deliverer(postUnder(urlRules), log),
    urlRules,
    log,
  );

  const { gates, versions, registry, onnx } = modelParts({
    store: paths.root,
    jobs,
    config,
    reader,
    writable,
    isWritable: () => store.state === 'ready' && !isStopping,
    onBusy: (isBusy) => idle.busyWith('versions', isBusy),
    log,
  });

  const tracking = new TrackingServer(
    addresses,
    {
      paths,
      token: tokenOf(addresses),
      tell: (writes) => writable().call('tell', writes),
      move: (write, tell) => gates.move(write, false, tell),
      read: async (method, params) => {
        const answer = await reader().call('mlflow', { method, params });
        if ('bytes' in answer) return answer.bytes;
        throw new Refusal(answer.refused.code, answer.refused.message);
      },
      deleteRuns: (runIds) => writable().call('delete', { runIds: [...runIds] }),
      restoreRuns: (runIds) => writable().call('restore', { runIds: [...runIds] }),
      webhooks,
      versions,
      log,
    },
    (isBusy) => idle.busyWith('tracking', isBusy),
  );

  const handlers: RequestHandlers = {
    initialize: ({ protocol, trusted }, connection) => {
      if (protocol !== PROTOCOL_VERSION)
        throw new LoopwrightError(
          'bad_request',
          `This engine speaks protocol ${String(PROTOCOL_VERSION)}, the client ${String(protocol)}. Reload the window.`,
        );
      if (isStopping) throw new LoopwrightError('engine_stopping', 'The engine is stopping.');
      connection.trusted = trusted;
      return { engine: { ...BUILD, pid: process.pid }, store };
    },
    ...readHandlers(reader),
    'notebooks/begin': (params) => writer().call('beginFollowed', params),
    'notebooks/record': (params) => writer().call('recordFollowed', params),
    'notebooks/end': (params) => writer().call('endFollowed', params),
    ...modelHandlers(paths.root, jobs, (runId) => reader().call('runs/get', { runId })),
    ...servingHandlers(onnx),
    ...driftHandlers(onnx),
    ...predictionHandlers({ ...onnx, onBusy: (isBusy) => idle.busyWith('predictions', isBusy) }),
    'code/changes': (params) => code.changes(params),
    'code/compare': (params) => code.compare(params),
    'code/content': (params) => code.content(params),
    'runs/announce': () => writer().call('look'),
    'runs/stop': async ({ runId }) => {
      await reader().call('runs/get', { runId });
      // There is no process of ours to end: whoever follows it hears so when it tells more.
      if (readSpecOf(paths.runFolder(runId)).kind === 'followed')
        return writer().call('endFollowed', { runId, note: 'Tracking was stopped on request.' });
      await stopRun(paths, runId);
      return {};
    },
    'runs/edit': (params) => writer().call('edit', params),
    'runs/delete': (params) => writer().call('delete', params),
    'runs/restore': (params) => writer().call('restore', params),
    'store/adopt': async () => {
      adopt(paths);
      return { store: await reopen() };
    },
    'store/repair': async () => {
      if (store.state !== 'unusable' || store.code !== 'store_corrupt')
        throw new LoopwrightError('bad_request', 'The database is not damaged: there is nothing to repair.');
      await closeThreads();
      const keptAs = rebuildFromRuns(paths, Date.now());
      return { store: await reopen(), keptAs };
    },
    ...houseHandlers(paths.root, jobs, gc, retention),
    'export/start': (order) => exporter.start(order),
    'export/send': (order) => exporter.send(order),
    'export/state': () => exporter.state,
    'export/cancel': () => {
      exporter.cancel();
      return {};
    },
    'import/start': (source) => imports.start(source),
    'import/state': () => imports.state,
    'import/cancel': () => {
      imports.cancel();
      return {};
    },
    'servers/experiments': (params) =>
      jobs.run('servers/experiments', params, { lane: `servers ${params.server.url}` }),
    'servers/runs': (params) => jobs.run('servers/runs', params, { lane: `servers ${params.server.url}` }),
    'registry/judge': async (move) => ({ judgement: await gates.judge(move) }),
    'registry/verify': (params) => versions.verify(params),
    'registry/originOf': ({ path }) => versions.originOf(path),
    'registry/edit': ({ edits }) => registry.edit(edits),
    'registry/take': (asked) => registry.take(asked),
    'config/check': ({ text }) => config.check(text),
    'config/drift': () => config.drift(),
    'config/withDrift': ({ text, change }) => config.withDrift(text, change),
    'config/names': () => reader().call('config/names'),
    'engine/tracking': ({ port }) => tracking.address(port),
    'engine/status': () => ({
      pid: process.pid,
      uptimeMs: Date.now() - startedMs,
      connections: server.connectionCount,
      activeRuns,
      store,
      log: addresses.engineLog,
    }),
    'engine/stop': ({ reason }) => {
      stop(reason, 20);
      return {};
    },
  };

  const idle = new Idle(() => stop('nobody is connected and nothing runs'));
  const server = new RpcServer(
    tokenOf(addresses),
    createDispatch(handlers, () => store, onFailure),
    (count) => {
      idle.busyWith('connections', count > 0);
    },
  );
  openThreads();
  await server.listen(addresses.engineSocket);
  await tracking.start();
  if (store.state === 'ready' && existsSync(paths.incoming)) imports.takeRest().catch(onTrouble('incoming runs'));
  versions.keeper.look();
  idle.start();
  log(`engine ${BUILD.version} of ${paths.root}, store ${store.state}`);

  setInterval(() => {
    if (threads && watch.isGone()) stop(STORE_GONE);
    else if (mayMend(store) && !threads?.writer) void reopen();
  }, LOOK_AGAIN_MS).unref();
  setInterval(applyRetention, RETENTION_LOOK_MS).unref();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
}

main().catch((thrown: unknown) => {
  log(`the engine can't run: ${LoopwrightError.from(thrown).message}`);
  process.exit(1);
});
