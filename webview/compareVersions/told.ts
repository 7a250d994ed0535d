/** What is read of each version once: files of a version stay as they are, whichever side it stands on. */
import { type ReactiveControllerHost } from 'lit';
import { type GraphDiff } from '../../src/protocol/graphDiff';
import { type ModelInspection } from '../../src/protocol/inspection';
import { type ModelCard } from '../../src/protocol/modelCard';
import { type ComparedVersion, type VersionFile } from '../../src/protocol/pages/compareVersions';
import { Loaded } from '../run/captured/loading';
import { type VersionsHost } from './api';
import { nameOf, type Pair } from './model';

/** A job of the engine is given a minute for it. */
const INSPECTION_MS = 70_000;

export class Told {
  readonly card: Loaded<{ readonly card: ModelCard | null }>;
  readonly inspection: Loaded<ModelInspection>;

  constructor(owner: ReactiveControllerHost, host: VersionsHost, of: ReturnType<typeof nameOf>) {
    this.card = new Loaded(owner, () => host.request('card', of, INSPECTION_MS));
    this.inspection = new Loaded(owner, () =>
      host.request('inspect', { ...of, path: this.card.value?.card?.modelFile ?? '' }, INSPECTION_MS),
    );
  }

  /** @param place where its files are: another place has other files */
  want({ place }: ComparedVersion): void {
    if (!place) return;
    const stamp = JSON.stringify(place);
    this.card.want(stamp);
    const file = this.card.value?.card?.modelFile ?? null;
    if (file !== null) this.inspection.want(JSON.stringify([stamp, file]));
  }
}

/** What differs between the graphs of two versions; read when it is first asked for. */
export class ToldGraphs {
  readonly diff: Loaded<GraphDiff>;
  private files: { readonly left: VersionFile; readonly right: VersionFile } | null = null;

  constructor(owner: ReactiveControllerHost, host: () => VersionsHost) {
    this.diff = new Loaded(owner, () => {
      if (!this.files) throw new Error('nothing was asked for');
      return host().request('graphs', this.files, INSPECTION_MS);
    });
  }

  /** Nothing is asked for unless both are ONNX models. @returns whether they are */
  want(pair: Pair, told: Readonly<Record<'left' | 'right', Told>>): boolean {
    const fileOf = (side: 'left' | 'right'): VersionFile | null => {
      const { card, inspection } = told[side];
      const path = card.value?.card?.modelFile ?? null;
      return path === null || inspection.value?.format !== 'onnx' ? null : { ...nameOf(pair[side]), path };
    };
    const [left, right] = [fileOf('left'), fileOf('right')];
    if (!left || !right) return false;
    const stamp = JSON.stringify([left, right, pair.left.place, pair.right.place]);
    if (stamp !== this.stamp) this.diff.value = null;
    this.stamp = stamp;
    this.files = { left, right };
    this.diff.want(stamp);
    return true;
  }

  private stamp = '';
}

export class ToldOf {
  private readonly all = new Map<string, Told>();

  constructor(
    private readonly owner: ReactiveControllerHost,
    private readonly host: () => VersionsHost,
  ) {}

  of(one: ComparedVersion): Told {
    const name = nameOf(one);
    const key = JSON.stringify([name.name, name.version]);
    const known = this.all.get(key) ?? new Told(this.owner, this.host(), name);
    this.all.set(key, known);
    return known;
  }
}
