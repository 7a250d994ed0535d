/** Looking at snapshots: what the requests `code/…` answer. Each is a short git process, none on the main thread. */
import { existsSync } from 'node:fs';
import { CodeFacts, type Work } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import type { CheckedParams, Result } from '../../protocol/requests';
import { differencesOf } from './changes';
import { codeFolder, codePlace } from './codeStore';
import { asCodeError, git } from './git';
import { type ByteName, byteNameOf, nameIn, splitNul, textOf } from './names';
import { repositoryOf } from './repository';

export interface CodeQueriesParts {
  readonly store: string;
  /** The facts of the section `code` as they are stored. */
  readonly factsOf: (runId: string) => Promise<Readonly<Record<string, unknown>>>;
  /** What is over of the work for it, and whether more is to come. */
  readonly progressOf: (runId: string) => Promise<{ readonly work: readonly Work[]; readonly isComplete: boolean }>;
  /** A tree of what the folder holds now. */
  readonly treeOfNow: (root: string) => Promise<string>;
}

/** How long a snapshot that is being made is waited for. */
const WAIT_MS = 8_000;
const LOOK_MS = 100;
/** As many as fit into one message with room to spare. */
const FILES_LIMIT = 2000;
/** Listings of trees, which never change, for the file after file that an editor asks for. */
const LISTINGS = 6;

interface Snapshot {
  readonly facts: CodeFacts;
  readonly tree: string;
}

export class CodeQueries {
  private readonly listings = new Map<string, Promise<ReadonlyMap<ByteName, string>>>();

  constructor(private readonly parts: CodeQueriesParts) {}

  async changes({ runId }: CheckedParams<'code/changes'>): Promise<Result<'code/changes'>> {
    const { facts } = await this.snapshotOf(runId);
    const { repository = null, changed = [], changedCount = changed.length } = facts;
    if (repository === null)
      throw new LoopwrightError(
        'not_found',
        `${facts.root} is in no git repository: there is no commit to compare with.`,
      );
    return {
      root: facts.root,
      commit: repository.commit,
      branch: repository.branch,
      files: changed,
      count: changedCount,
    };
  }

  async compare({ runId, with: other }: CheckedParams<'code/compare'>): Promise<Result<'code/compare'>> {
    const { facts, tree } = await this.snapshotOf(runId);
    if (other === 'now' && !existsSync(facts.root))
      throw new LoopwrightError('not_found', `${facts.root}, the folder of the run, does not exist here.`);
    const to = other === 'now' ? await this.parts.treeOfNow(facts.root) : (await this.snapshotOf(other.runId)).tree;
    const differences = await this.attempt(() => differencesOf(this.parts.store, tree, to));
    return {
      root: facts.root,
      files: differences.slice(0, FILES_LIMIT).map(({ name, status }) => ({ path: textOf(name), status })),
      count: differences.length,
    };
  }

  /** Only what a tree lists can be asked for, whatever the path looks like. */
  async content({ runId, side, path, offset, limit }: CheckedParams<'code/content'>): Promise<Result<'code/content'>> {
    const { facts, tree } = await this.snapshotOf(runId);
    const [from, alternates] = side === 'snapshot' ? [tree, []] : await this.commitOf(facts);
    return this.attempt(async () => {
      const blob = (await this.listing(from, alternates)).get(byteNameOf(path));
      if (blob === undefined)
        throw new LoopwrightError(
          'not_found',
          `${side === 'commit' ? 'The commit' : 'The snapshot'} has no file ${path}.`,
        );
      return this.pieceOf(blob, alternates, offset, limit);
    });
  }

  /** One that is still being made is waited for. */
  private async snapshotOf(runId: string): Promise<Snapshot> {
    for (const began = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
      // Before its facts, which are there once it is over.
      const { work, isComplete } = await this.parts.progressOf(runId);
      const found = CodeFacts.safeParse(await this.parts.factsOf(runId));
      if (found.success && found.data.tree !== undefined && existsSync(codeFolder(this.parts.store)))
        return { facts: found.data, tree: found.data.tree };
      const own = work.find(({ kind }) => kind === 'code');
      const why = own || isComplete ? whyNone(own) : null;
      if (why === null && performance.now() - began < WAIT_MS) continue;
      const message = `The run ${runId} has no snapshot of its code: ${why ?? 'none is there yet. Try again when it has ended.'}`;
      throw new LoopwrightError('not_found', message);
    }
  }

  /** The tree of the user's commit, in the user's own repository: it is not copied. */
  private async commitOf({ repository, root }: CodeFacts): Promise<[tree: string, alternates: string[]]> {
    const tree = repository?.tree ?? null;
    if (!repository || tree === null) throw new LoopwrightError('not_found', `There is no commit that holds ${root}.`);
    const found = existsSync(repository.root) ? await repositoryOf(repository.root) : null;
    if (!found)
      throw new LoopwrightError('not_found', `The repository ${repository.root}, which has the commit, is gone.`);
    return [tree, [found.objects]];
  }

  private listing(tree: string, alternates: readonly string[]): Promise<ReadonlyMap<ByteName, string>> {
    const known = this.listings.get(tree);
    if (known) return known;
    const listing = this.list(tree, alternates);
    this.listings.set(tree, listing);
    listing.catch(() => this.listings.delete(tree));
    const [oldest] = this.listings.keys();
    if (this.listings.size > LISTINGS && oldest !== undefined) this.listings.delete(oldest);
    return listing;
  }

  private async list(tree: string, alternates: readonly string[]): Promise<ReadonlyMap<ByteName, string>> {
    const lines = splitNul(await git(codePlace(this.parts.store, alternates), ['ls-tree', '-r', '-z', tree]));
    const blobs = new Map<ByteName, string>();
    for (const line of lines) {
      const tab = line.indexOf('\t');
      const [, kind, id = ''] = line.slice(0, tab).split(' ');
      if (kind === 'blob') blobs.set(line.slice(tab + 1), id);
    }
    return blobs;
  }

  /** `cat-file --batch` answers `<id> blob <size>\n` and the bytes; what is not asked for is not kept. */
  private async pieceOf(blob: string, alternates: readonly string[], offset: number, limit: number) {
    const pieces: Buffer[] = [];
    let header = '';
    let sizeBytes = -1;
    let position = 0;
    const take = (piece: Buffer): boolean => {
      let bytes = piece;
      if (sizeBytes < 0) {
        const end = bytes.indexOf(10);
        header += nameIn(end < 0 ? bytes : bytes.subarray(0, end));
        if (end < 0) return true;
        sizeBytes = Number(/ blob (\d+)$/.exec(header)?.[1] ?? -1);
        if (sizeBytes < 0) return false;
        bytes = bytes.subarray(end + 1);
      }
      const last = Math.min(sizeBytes, offset + limit);
      const from = Math.max(offset - position, 0);
      if (position + bytes.length > offset && position < last) pieces.push(bytes.subarray(from, last - position));
      position += bytes.length;
      return position < last;
    };
    await git(codePlace(this.parts.store, alternates), ['cat-file', '--batch'], {
      input: Buffer.from(`${blob}\n`),
      take,
    });
    if (sizeBytes < 0)
      throw new LoopwrightError('not_found', 'The content is not there any more: it was deleted from its repository.');
    return { offset, sizeBytes, base64: Buffer.concat(pieces).toString('base64') };
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw asCodeError(thrown);
    }
  }
}

function whyNone(own: Work | undefined): string {
  if (!own) return 'none was captured.';
  return own.state === 'failed'
    ? `capturing it failed (${own.reason ?? 'no reason is known'}).`
    : 'it is not there any more.';
}
