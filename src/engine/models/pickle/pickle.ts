/** What is told of a pickle without loading it: nothing that it names is imported, nothing that it calls is called. */
import { statSync } from 'node:fs';
import type { PickleInspection } from '../../../protocol/inspection';
import { listed, Problems } from '../told';
import type { Container } from './container';
import { Found } from './found';
import { type Forward, inflated, ofFile } from './forward';
import { Machine, outermost } from './machine';
import { isModelName } from './names';
import { NoOpcode, Opcodes } from './opcodes';
import { findInTorchZip } from './torchZip';

/** So much of a compressed file is inflated, and no more: a small file can be made to have any size. */
const MAX_INFLATED_BYTES = 2_000_000_000;
const MAX_LISTED = 300;
const MAX_SETTINGS = 100;
/** Torch's older form is several pickles, one behind the other. */
const MAX_PICKLES = 10;
const PROTO = 0x80;

/** @returns null for an archive that holds no pickle */
export async function inspectPickle(
  path: string,
  container: Container,
  mostInflated = MAX_INFLATED_BYTES,
): Promise<PickleInspection | null> {
  const fileBytes = statSync(path).size;
  const problems = new Problems();
  const found = new Found();
  const opened = open(path, container, { fileBytes, mostInflated }, found);
  if (opened === null) return null;
  if (opened === 'not read') {
    problems.add(`the file is compressed (${container}), which is not taken apart: nothing but its size can be told`);
    return told({ fileBytes, container, isRead: false, pickleBytes: null, found, problems });
  }
  try {
    await follow(opened, found, problems);
    return told({ fileBytes, container, isRead: true, pickleBytes: opened.position, found, problems });
  } finally {
    opened.close();
  }
}

function open(
  path: string,
  container: Container,
  { fileBytes, mostInflated }: { readonly fileBytes: number; readonly mostInflated: number },
  found: Found,
): Forward | 'not read' | null {
  switch (container) {
    case 'none':
      return ofFile(path, 0, fileBytes);
    case 'zlib':
    case 'gzip':
      return inflated(path, container, mostInflated);
    case 'torch-zip': {
      const zip = findInTorchZip(path);
      if (zip === null) return null;
      found.arrays = zip.storages;
      found.arrayBytes = zip.storageBytes;
      return ofFile(path, zip.start, zip.end);
    }
    case 'bz2':
    case 'xz':
    case 'lzma':
    case 'lz4':
    case 'zfile':
      return 'not read';
  }
}

async function follow(bytes: Forward, found: Found, problems: Problems): Promise<void> {
  const opcodes = new Opcodes(bytes);
  let isVersion = false;
  try {
    for (let pickles = 0; pickles < MAX_PICKLES; pickles++) {
      const value = await new Machine(opcodes, found).run();
      if (value === null) problems.add('the file is empty');
      else {
        const isPlain = value.kind === 'number' || value.kind === 'plain';
        const { name, settings } = outermost(value);
        // Of several the first that is no number: what is before it tells of versions.
        if (found.root === null || (isVersion && !isPlain)) Object.assign(found, { root: name, settings });
        isVersion = isPlain;
      }
      const goesOn = (await bytes.has(1)) && bytes.find(PROTO) === 0;
      if (!goesOn) return;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // What is wrong with a compression is zlib's word.
    const isKnown = error instanceof NoOpcode || (error instanceof Error && 'code' in error);
    if (!isKnown) throw error;
    problems.add(
      bytes.isBounded
        ? 'more comes of inflating it than is read: what is behind that is not known'
        : `the pickle can't be followed to its end: ${why}`,
    );
  }
}

interface Told {
  readonly fileBytes: number;
  readonly container: Container;
  readonly isRead: boolean;
  readonly pickleBytes: number | null;
  readonly found: Found;
  readonly problems: Problems;
}

function told({ fileBytes, container, isRead, pickleBytes, found, problems }: Told): PickleInspection {
  const names = [...found.names];
  const suspicious = [
    ...names.flatMap(([name, { suspicion }]) => (suspicion === null ? [] : [{ name, reason: suspicion }])),
    ...[...found.strange].map(([name, reason]) => ({ name, reason })),
  ];
  const isModelRoot = found.root !== null && isModelName(found.root);
  return {
    format: 'pickle',
    ...{ fileBytes, container, isRead, pickleBytes },
    protocol: isRead ? found.protocol : null,
    root: found.root,
    modelClass: isModelRoot ? found.root : (names.find(([name]) => isModelName(name))?.[0] ?? null),
    sklearnVersion: found.sklearnVersion,
    settings: listed(found.settings, MAX_SETTINGS, (setting) => setting),
    names: listed(names, MAX_LISTED, ([name, { calls }]) => ({ name, calls })),
    suspicious: listed(suspicious, MAX_LISTED, (one) => one),
    arrays: { count: found.arrays, bytes: found.arrayBytes },
    problems: problems.told,
  };
}
