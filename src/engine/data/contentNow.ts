/** Whether what lies at a path is still what a run has read or written there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DigestCache } from './digestCache';
import { digestFile, type FileTask, isState, look, whyUnreadable } from './fileDigest';
import { walk } from './folder';
import { listingOf } from './listing';
import { childrenOf, ObjectStore } from './objectStore';

export interface KnownContent {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly md5: string;
}

export interface ContentNow {
  /** `gone` also of what can't be read any more. */
  readonly state: 'same' | 'changed' | 'gone';
  /** Why, where it is gone. */
  readonly why: string;
  /** Whether all of what was read is in the store's cache. */
  readonly isKept: boolean;
  /** Of that cache. */
  readonly objects: string;
}

/** Reads what lies there, unless that is known: it may take as long as its bytes take. */
export function contentNow(store: string, { path, kind, md5 }: KnownContent): ContentNow {
  const objects = new ObjectStore(store);
  const now = digestNow(store, objects, path, kind);
  const isAll = (digest: string): boolean => existsSync(objects.pathOf(digest));
  const isKept = md5.endsWith('.dir') ? (childrenOf(objects, md5)?.every(isAll) ?? false) : isAll(md5);
  const told = { isKept, objects: objects.folder };
  return typeof now === 'string'
    ? { state: now === md5 ? 'same' : 'changed', why: '', ...told }
    : { state: 'gone', why: now.why, ...told };
}

function digestNow(
  store: string,
  objects: ObjectStore,
  path: string,
  kind: KnownContent['kind'],
): string | { readonly why: string } {
  const cache = new DigestCache(join(store, 'cache', 'digests.db'));
  const digestOf = (file: string): string | { readonly why: string } => {
    const task: FileTask = { path: file, expected: null, unchangedSinceMs: null, changed: '', pinLimitBytes: 0 };
    const state = look(task);
    if (!isState(state)) return { why: state.problem };
    const known = cache.find(file, state);
    if (known) return known.md5;
    const made = digestFile(task, objects, null);
    if (made.md5 === null) return { why: made.problem };
    if (made.isSettled) cache.set(file, made.state, { md5: made.md5, table: null });
    return made.md5;
  };
  try {
    if (kind === 'file') return digestOf(path);
    const walked = walk(path);
    if (typeof walked === 'string') return { why: walked };
    const listed: { md5: string; relpath: string }[] = [];
    for (const { path: file, relpath } of walked) {
      const digest = digestOf(file);
      if (typeof digest !== 'string') return digest;
      listed.push({ md5: digest, relpath });
    }
    return listingOf(listed).md5;
  } catch (error) {
    return { why: whyUnreadable(error, path) };
  } finally {
    cache.close();
  }
}
