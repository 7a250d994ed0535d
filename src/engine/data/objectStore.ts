/**
 * The store's cache of contents, in DVC's layout (`cache/files/md5/<2>/<30>`): DVC and whoever speaks its formats can use
 * the folder as it is. DVC trusts an object with mode 0444 without looking into it, so that nothing gets such a name and
 * mode before it is whole.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeBelow, pathsOf } from '../../protocol/node/storeFolder';
import { md5OfDescriptor } from './md5';
import { type Listing, parseListing } from './listing';

/** Nothing more is kept when less than this is free, or less than a tenth of the disk. */
const LEAST_FREE_BYTES = 1e9;
const LEAST_FREE_PART = 0.1;

export interface StoredObject {
  /** `.dir` behind it for a listing. */
  readonly md5: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** When a run last wanted it to be here. */
  readonly wantedMs: number;
}

export class ObjectStore {
  readonly folder: string;
  private readonly drafts: string;

  /** @param store the store's folder */
  constructor(private readonly store: string) {
    this.folder = join(store, 'cache', 'files', 'md5');
    this.drafts = pathsOf(store).drafts;
  }

  pathOf(md5: string): string {
    return join(this.folder, md5.slice(0, 2), md5.slice(2));
  }

  /** Whether the object is here; if so it counts as wanted from now on. */
  claim(md5: string, sizeBytes?: number): boolean {
    const path = this.pathOf(md5);
    try {
      if (sizeBytes !== undefined && statSync(path).size !== sizeBytes) return false;
      const now = new Date();
      utimesSync(path, now, now);
      return true;
    } catch {
      return false; // not here, or taken away at this moment: then it is copied again
    }
  }

  /** Why nothing of this size should be added, null if it may. */
  whyFull(sizeBytes: number): string | null {
    makeBelow(this.store, this.drafts);
    const { bavail, blocks, bsize } = statfsSync(this.store);
    const left = bavail * bsize - sizeBytes;
    if (left < LEAST_FREE_BYTES) return 'not kept: less than 1 GB of the disk is free';
    if (left < blocks * bsize * LEAST_FREE_PART) return 'not kept: less than 10 % of the disk is free';
    return null;
  }

  /**
   * Copies a file (sharing its blocks where the file system can) and gives the copy the name of its digest: whatever
   * happens to the file meanwhile, the object holds what its name says.
   */
  add(file: string): { md5: string; sizeBytes: number } {
    return this.draft((draft) => {
      copyFileSync(file, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const descriptor = openSync(draft, 'r');
      try {
        return md5OfDescriptor(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  }

  /** Its files must be here already: who finds a listing trusts that they are. */
  addListing({ text, md5 }: Listing): void {
    if (this.claim(md5, Buffer.byteLength(text))) return;
    this.draft((draft) => {
      writeFileSync(draft, text, { flag: 'wx' });
      return { md5, sizeBytes: Buffer.byteLength(text) };
    });
  }

  /** Every object, in the order of their names. */
  *objects(): Generator<StoredObject> {
    for (const prefix of namesIn(this.folder).filter((name) => /^[0-9a-f]{2}$/.test(name)))
      for (const name of namesIn(join(this.folder, prefix))) {
        if (!/^[0-9a-f]{30}(\.dir)?$/.test(name)) continue;
        const path = join(this.folder, prefix, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        if (stat?.isFile()) yield { md5: prefix + name, path, sizeBytes: stat.size, wantedMs: stat.mtimeMs };
      }
  }

  private draft<Made extends { md5: string; sizeBytes: number }>(make: (draft: string) => Made): Made {
    makeBelow(this.store, this.drafts);
    const draft = join(this.drafts, `${String(process.pid)}-${randomBytes(6).toString('hex')}`);
    try {
      const made = make(draft);
      if (this.claim(made.md5, made.sizeBytes)) return made;
      const descriptor = openSync(draft, 'r+');
      try {
        fsyncSync(descriptor); // a name must not survive a loss of power that its content does not
      } finally {
        closeSync(descriptor);
      }
      const now = new Date();
      utimesSync(draft, now, now);
      chmodSync(draft, 0o444);
      const path = this.pathOf(made.md5);
      mkdirSync(join(path, '..'), { recursive: true });
      renameSync(draft, path);
      return made;
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

/** The files of a listing that is in the cache; null if it is not there or is none. */
export function childrenOf(objects: ObjectStore, md5: string): readonly string[] | null {
  try {
    const text = readFileSync(objects.pathOf(md5), 'utf8');
    if (`${createHash('md5').update(text).digest('hex')}.dir` !== md5) return null;
    return parseListing(text).map((file) => file.md5);
  } catch {
    return null; // the caller says what that means to it
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // nothing was ever kept
  }
}
