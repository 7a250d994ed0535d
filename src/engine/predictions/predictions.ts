/** What is under way and what was found lately: who asks for the same waits for it, or is told it again. */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { type ComparedPredictions, DEFAULT_TOLERANCE, type PredictionsProgress } from '../../protocol/predictions';
import type { CheckedParams, Result } from '../../protocol/requests';
import type { PredictionsOrder } from '../../protocol/requests/predictions';
import { fileAt } from '../models';
import { columnsOf, findOnnx, type FoundOnnx, type OnnxParts } from '../serving';
import type { SideOrder } from './task';

const LIMITS = {
  memoryMb: Number(process.env.LOOPWRIGHT_PREDICTIONS_MB ?? 4096),
  timeMs: Number(process.env.LOOPWRIGHT_PREDICTIONS_MS ?? 300_000),
};
const REMEMBERED = 8;

export interface PredictionsParts extends OnnxParts {
  readonly versions: (params: CheckedParams<'registry/versions'>) => Promise<Result<'registry/versions'>>;
  readonly onBusy: (isBusy: boolean) => void;
}

interface UnderWay {
  readonly result: Promise<ComparedPredictions>;
  readonly abort: AbortController;
  /** How many wait for it. */
  waiting: number;
  readonly come: { progress: PredictionsProgress };
}

type VersionName = PredictionsOrder['versions'][number];

export class Predictions {
  private readonly underWay = new Map<string, UnderWay>();
  /** By order and by state of the table; the latest last. */
  private readonly found = new Map<string, ComparedPredictions>();

  constructor(private readonly parts: PredictionsParts) {}

  /** @param ended tells that whoever asks has gone: what nobody waits for is ended */
  async compare(
    { anew, ...order }: PredictionsOrder & { anew: boolean },
    ended: AbortSignal,
  ): Promise<ComparedPredictions> {
    const key = keyOf(order);
    let work = this.underWay.get(key);
    if (!work) {
      const abort = new AbortController();
      const come: UnderWay['come'] = { progress: { step: 'checking', rows: 0, of: null } };
      const result = this.run(order, anew, abort.signal, (progress) => (come.progress = progress)).finally(() => {
        this.underWay.delete(key);
        this.parts.onBusy(this.underWay.size > 0);
      });
      work = { result, abort, come, waiting: 0 };
      this.underWay.set(key, work);
      this.parts.onBusy(true);
    }
    const { result, abort } = work;
    const counted = work;
    counted.waiting++;
    const leave = () => {
      if (--counted.waiting === 0) abort.abort();
    };
    ended.addEventListener('abort', leave, { once: true });
    try {
      return await result;
    } finally {
      ended.removeEventListener('abort', leave);
    }
  }

  state(order: PredictionsOrder): Result<'predictions/state'> {
    return { progress: this.underWay.get(keyOf(order))?.come.progress ?? null };
  }

  cancel(order: PredictionsOrder): void {
    this.underWay.get(keyOf(order))?.abort.abort();
  }

  private async run(
    order: PredictionsOrder,
    anew: boolean,
    signal: AbortSignal,
    tell: (progress: PredictionsProgress) => void,
  ): Promise<ComparedPredictions> {
    const { jobs } = this.parts;
    const [first, second] = order.versions;
    if (!first || !second || (first.name === second.name && first.version === second.version))
      throw new LoopwrightError('bad_request', 'Choose two different versions to compare.');
    const table = order.table.kind === 'file' ? order.table.path : await this.example(order.table.of);
    if (!isAbsolute(table)) throw new LoopwrightError('bad_request', `${table} is no absolute path.`);
    // Before models are loaded for it.
    if (!existsSync(table)) throw new LoopwrightError('not_found', `There is no file ${table}.`);
    const key = JSON.stringify([keyOf(order), stampOf(table)]);
    const known = anew ? undefined : this.found.get(key);
    if (known) return known;
    const sides = [await this.side(first), await this.side(second)] as const;
    if (signal.aborted) throw new LoopwrightError('cancelled', 'The comparison was cancelled.');
    tell({ step: 'waiting', rows: 0, of: null });
    const task = { table, sides, tolerance: order.tolerance ?? DEFAULT_TOLERANCE, limits: LIMITS };
    const onProgress = (value: unknown) => tell(value as PredictionsProgress); // of our own task
    const found = await jobs.run('predictions/compare', task, { lane: 'predictions', signal, onProgress });
    this.found.delete(key);
    this.found.set(key, found);
    for (const old of [...this.found.keys()].slice(0, -REMEMBERED)) this.found.delete(old);
    return found;
  }

  private async side(of: VersionName): Promise<SideOrder> {
    const label = labelOf(of);
    const asked = await findOnnx(this.parts, { name: of.name, which: of.version });
    const columns = columnsOf(asked);
    if (asked.file !== null) return { ran: { ...of, isConversion: false }, label, file: asked.file, columns };
    const made = await this.conversionOf(of);
    if (!made?.file)
      throw new LoopwrightError(
        'bad_request',
        `${label} is no ONNX model${asked.modelFile === null ? '' : ` (its model is ${asked.modelFile})`}, and no version of ${of.name} ` +
          'was made of it. Convert it to ONNX first: the new version is run in its place.',
      );
    const { name, version, file } = made;
    const own = columnsOf(made);
    return {
      ran: { name, version, isConversion: true },
      label: `${labelOf(made)} (made of ${label})`,
      file,
      columns: own.length > 0 ? own : columns,
    };
  }

  /** The newest version that was made of it. */
  private async conversionOf(of: VersionName): Promise<FoundOnnx | null> {
    const from = labelOf(of).replaceAll("'", "''");
    const filter = `name = '${of.name.replaceAll("'", "''")}' AND tags."loopwright.onnx.from" = '${from}'`;
    const { versions } = await this.parts.versions({ name: of.name, filter, limit: 1 });
    const [newest] = versions;
    return newest ? findOnnx(this.parts, { name: newest.name, which: newest.version }) : null;
  }

  private async example(of: VersionName): Promise<string> {
    const { place, card } = await findOnnx(this.parts, { name: of.name, which: of.version });
    if (!card.example) throw new LoopwrightError('bad_request', `No input example came with ${labelOf(of)}.`);
    const path = [place.path, card.example.path].filter((part) => part !== '').join('/');
    return fileAt(this.parts.store, { ...place, path });
  }
}

const labelOf = ({ name, version }: VersionName): string => `${name} v${String(version)}`;

const keyOf = ({ versions, table, tolerance = DEFAULT_TOLERANCE }: PredictionsOrder): string =>
  JSON.stringify([versions.map(({ name, version }) => [name, version]), table, tolerance]);

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${String(found.size)} ${String(found.mtimeMs)}` : '';
}
