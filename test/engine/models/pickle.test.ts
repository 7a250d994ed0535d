import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectPickle as inspectWithin } from '../../../src/engine/models/pickle/pickle';
import { pythonPath } from '../support';
import { fileOf, inspect, inspectPickle, temporaryFolder } from './modelFile';

/** Classes with the names of packages that this Python need not have; joblib's way of writing arrays. */
const PACKAGES = `
import pickle, struct, sys, types

def module(name):
    parts = name.split('.')
    for at in range(len(parts)):
        whole = '.'.join(parts[: at + 1])
        if whole not in sys.modules:
            sys.modules[whole] = types.ModuleType(whole)
            if at:
                setattr(sys.modules['.'.join(parts[:at])], parts[at], sys.modules[whole])
    return sys.modules[name]

def known(name, **members):
    where, _, own = name.rpartition('.')
    kind = type(own, (), {'__module__': where, **members})
    setattr(module(where), own, kind)
    return kind

Forest = known('sklearn.ensemble._forest.RandomForestClassifier')
Tree = known('sklearn.tree._classes.DecisionTreeClassifier')
Pipeline = known('sklearn.pipeline.Pipeline')
dtype = known('numpy.dtype', __init__=lambda self, *a: setattr(self, 'a', a), __reduce__=lambda self: (dtype, self.a))
ndarray = known('numpy.ndarray')
Wrapper = known('joblib.numpy_pickle.NumpyArrayWrapper')

def made(kind, **state):
    one = kind.__new__(kind)
    one.__dict__.update(state)
    return one

def forest():
    trees = [made(Tree, max_depth=None, _sklearn_version='1.7.2') for _ in range(3)]
    return made(Forest, estimators_=trees, n_estimators=3, criterion='gini', bootstrap=True, max_features=0.5,
        classes=('a', 'b'), _sklearn_version='1.7.2')

class File:
    """What joblib's pickler writes to: the values of an array behind the object that describes it."""
    def __init__(self, path):
        self.file = open(path, 'wb')
    def array(self, pickler, code, shape, data):
        pickler.save(made(Wrapper, subclass=ndarray, shape=shape, order='C', dtype=dtype(code, False, True),
            allow_mmap=True, numpy_array_alignment_bytes=16))
        if pickler.proto >= 4:
            pickler.framer.commit_frame(force=True)
        if code.startswith('O'):
            pickle.dump(data, self.file, protocol=5)
            return
        padding = 16 - (self.file.tell() + 1) % 16
        self.file.write(bytes([padding]) + b'\\xff' * padding + data)
`;

/** Writes `out` with a Python of this machine. */
function python(code: string, name = 'model.pkl'): string {
  const path = join(temporaryFolder(), name);
  execFileSync(pythonPath(), ['-c', `${PACKAGES}\nout = ${JSON.stringify(path)}\n${code}`]);
  return path;
}

const dump = (value: string, protocol = 4, name?: string): string =>
  python(`pickle.dump(${value}, open(out, 'wb'), protocol=${String(protocol)})`, name);

describe('a pickle', () => {
  it.each([0, 1, 2, 3, 4, 5])('of protocol %i tells its class, its parameters and its version', async (protocol) => {
    const told = await inspectPickle(dump('forest()', protocol));
    expect(told).toMatchObject({
      container: 'none',
      isRead: true,
      protocol,
      root: 'sklearn.ensemble._forest.RandomForestClassifier',
      modelClass: 'sklearn.ensemble._forest.RandomForestClassifier',
      sklearnVersion: '1.7.2',
      suspicious: { items: [], total: 0 },
      problems: [],
    });
    expect(told.pickleBytes).toBe(told.fileBytes);
    expect(told.settings.items).toEqual([
      { key: 'n_estimators', value: '3' },
      { key: 'criterion', value: '"gini"' },
      { key: 'bootstrap', value: 'True' },
      { key: 'max_features', value: '0.5' },
      { key: 'classes', value: '("a", "b")' },
      { key: '_sklearn_version', value: '"1.7.2"' },
    ]);
    expect(told.names.items).toContainEqual({ name: 'sklearn.tree._classes.DecisionTreeClassifier', calls: 3 });
  });

  it('that holds a model among others tells the model', async () => {
    const told = await inspectPickle(dump("{'threshold': 0.3, 'model': forest()}"));
    expect(told).toMatchObject({
      root: 'dict',
      modelClass: 'sklearn.ensemble._forest.RandomForestClassifier',
      settings: { items: [{ key: 'threshold', value: '0.3' }], total: 1 },
    });
  });

  it('of several behind each other, as Torch wrote them, is read to its end', async () => {
    const path = python(`
with open(out, 'wb') as file:
    for value in (119547037146038801333356, 1001, forest()):
        pickle.dump(value, file, protocol=2)`);
    const told = await inspectPickle(path);
    expect(told).toMatchObject({ root: 'sklearn.ensemble._forest.RandomForestClassifier', problems: [] });
    expect(told.pickleBytes).toBe(told.fileBytes);
  });

  it('of joblib is followed past the values of its arrays', async () => {
    const path = python(
      `
class Pickler(pickle._Pickler):
    def save(self, value, save_persistent_id=True):
        if isinstance(value, ndarray):
            return file.array(self, value.code, value.shape, value.data)
        return super().save(value)
# What is no pickle, and would end one.
noise = b'.' * 40_000 + b'cos\\nsystem\\n' + bytes(range(256)) * 10
file = File(out)
arrays = [made(ndarray, code='f8', shape=None, data=noise[: len(noise) // 16 * 16]),
  made(ndarray, code='V16', shape=(3,), data=b'c' * 48), made(ndarray, code='O8', shape=(1,), data=[forest()])]
arrays[0].shape = (len(arrays[0].data) // 16, 2)
Pickler(file.file, protocol=4).dump(made(Pipeline, arrays=arrays, last='end'))
file.file.close()`,
      'model.joblib',
    );
    const told = await inspectPickle(path);
    expect(told).toMatchObject({
      root: 'sklearn.pipeline.Pipeline',
      settings: { items: [{ key: 'last', value: '"end"' }] },
      sklearnVersion: '1.7.2',
      suspicious: { total: 0 },
      problems: [],
    });
    expect(told.arrays.count).toBe(3);
    expect(told.arrays.bytes).toBe(Math.floor((40_000 + 11 + 2560) / 16) * 16 + 48);
    expect(told.pickleBytes).toBe(told.fileBytes);
  });

  it.each(['zlib', 'gzip'] as const)('is read through %s', async (container) => {
    const plain = readFileSync(dump('forest()'));
    const bytes = container === 'zlib' ? deflateSync(plain) : gzipSync(plain);
    expect(await inspectPickle(fileOf(bytes, 'model.joblib'))).toMatchObject({
      container,
      isRead: true,
      pickleBytes: plain.length,
      fileBytes: bytes.length,
      root: 'sklearn.ensemble._forest.RandomForestClassifier',
    });
  });

  it.each([
    ['bz2', "import bz2; bz2.open(out, 'wb').write(b'x')"],
    ['xz', "import lzma; lzma.open(out, 'wb').write(b'x')"],
  ])('in %s is told as that, and no more', async (container, code) => {
    const told = await inspectPickle(python(code, 'model.joblib'));
    expect(told).toMatchObject({ container, isRead: false, root: null, names: { total: 0 } });
    expect(told.problems).toEqual([expect.stringContaining('compressed')]);
  });

  it('that is cut off or damaged is told as far as it goes', async () => {
    const bytes = readFileSync(dump('forest()'));
    const cut = await inspectPickle(fileOf(bytes.subarray(0, bytes.length - 20), 'model.pkl'));
    expect(cut).toMatchObject({ root: null, modelClass: 'sklearn.ensemble._forest.RandomForestClassifier' });
    expect(cut.problems).toEqual([expect.stringContaining('cut off')]);
    const damaged = await inspectPickle(fileOf(gzipSync(bytes).subarray(0, 60), 'model.joblib'));
    expect(damaged.problems).toEqual([expect.stringContaining("can't be followed to its end")]);
  });

  it('that inflates to more than is read is told as that', async () => {
    // A text of bytes that is as long as is said, behind 1 MB of which nothing is read.
    const head = Buffer.from([0x80, 4, 0x8e, 0, 0, 0, 0, 1, 0, 0, 0]);
    const path = fileOf(gzipSync(Buffer.concat([head, Buffer.alloc(20_000_000)])), 'bomb.joblib');
    const told = await inspectWithin(path, 'gzip', 1_000_000);
    expect(told?.problems).toEqual([expect.stringContaining('more comes of inflating it than is read')]);
    expect(told?.pickleBytes).toBeLessThan(1_500_000);
  });
});

describe('names that do more than make objects', () => {
  // Up to protocol 2 Python writes the names that Python 2 had.
  it.each([
    [2, ['posix.system', '__builtin__.eval', 'commands.getoutput', '__builtin__.getattr']],
    [4, ['posix.system', 'builtins.eval', 'subprocess.getoutput', 'builtins.getattr']],
  ])('are told in protocol %i', async (protocol, names) => {
    const path = python(`
import os, subprocess
class Called:
    def __init__(self, *call): self.call = call
    def __reduce__(self): return self.call
calls = [Called(os.system, ('true',)), Called(eval, ('1',)), Called(subprocess.getoutput, ('true',)),
    Called(getattr, ([], 'append'))]
pickle.dump([forest(), *calls], open(out, 'wb'), protocol=${String(protocol)})`);
    const told = await inspectPickle(path);
    expect(told.suspicious.items.map((found) => found.name)).toEqual(names);
    for (const name of names) expect(told.names.items).toContainEqual({ name, calls: 1 });
  });

  it.each([
    ['a module that is reached through another', 'numpy\ntesting.os.system', 'numpy.testing.os.system'],
    ['what is called as an attribute', 'sklearn.base\n__builtins__.eval', 'sklearn.base.__builtins__.eval'],
    ['what loads other files', 'torch\nload', 'torch.load'],
  ])('%s', async (_, lines, name) => {
    const told = await inspectPickle(fileOf(Buffer.from(`\x80\x04c${lines}\n(tR.`, 'latin1'), 'model.pkl'));
    expect(told.suspicious.items).toEqual([{ name, reason: expect.any(String) }]);
  });

  it('are told where they are put together while loading', async () => {
    // The module is what a call gives.
    const bytes = Buffer.from('\x80\x04cbuiltins\nstr\n)R\x8c\x06system\x93)R.', 'latin1');
    const told = await inspectPickle(fileOf(bytes, 'model.pkl'));
    expect(told.suspicious.items.map(({ name }) => name)).toEqual(['a name that is put together while loading']);
  });
});

describe('a file of Torch', () => {
  const zip = (code: string) => python(`import zipfile, io\n${code}`, 'model.pt');

  it('tells the pickle in it and what its storages take', async () => {
    const told = await inspectPickle(
      zip(`
Net = known('torch.nn.modules.linear.Linear')
with zipfile.ZipFile(out, 'w') as archive:
    archive.writestr('model/data.pkl', pickle.dumps(made(Net, in_features=3, training=False), protocol=2))
    archive.writestr('model/data/0', bytes(12))
    archive.writestr('model/data/1', bytes(100))
    archive.writestr('model/version', '3')`),
    );
    expect(told).toMatchObject({
      container: 'torch-zip',
      protocol: 2,
      root: 'torch.nn.modules.linear.Linear',
      modelClass: 'torch.nn.modules.linear.Linear',
      settings: { items: [{ key: 'in_features', value: '3' }, { key: 'training', value: 'False' }] },
      arrays: { count: 2, bytes: 112 },
      problems: [],
    }); // prettier-ignore
  });

  it('is none where the archive holds something else', async () => {
    const told = await inspect(zip("zipfile.ZipFile(out, 'w').writestr('a.txt', 'x')"));
    expect(told).toMatchObject({ format: 'unknown', reason: expect.stringContaining('without the pickle') });
  });
});

it('a file that is neither is told as that', async () => {
  expect(await inspect(fileOf('some text', 'notes.txt'))).toEqual({
    format: 'unknown',
    fileBytes: 9,
    reason: 'notes.txt is neither an ONNX model nor a pickle.',
  });
});
