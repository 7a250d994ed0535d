/** Telling the names in a pickle apart: which may be the model, and which do more than make objects of data. */

/** Packages whose classes are models, or hold one. */
// prettier-ignore
const MODEL_PACKAGES = [
  'sklearn', 'xgboost', 'lightgbm', 'catboost', 'torch', 'statsmodels', 'imblearn', 'tensorflow', 'keras', 'river',
  'prophet', 'pmdarima', 'sktime', 'hmmlearn', 'gensim', 'spacy', 'transformers', 'pyod', 'mlxtend', 'tpot', 'flaml',
  'autogluon', 'interpret', 'fastai', 'lifelines', 'sksurv', 'umap', 'hdbscan', 'faiss', 'implicit', 'surprise',
];

const SYSTEM = 'can start programs or change the system';
const CODE = 'can run code';
const LOADS = 'can load other code or files';
const NETWORK = 'can use the network';

/** Modules of which no name belongs into a model. */
// prettier-ignore
const DANGEROUS: Readonly<Record<string, string>> = {
  os: SYSTEM, posix: SYSTEM, nt: SYSTEM, posixpath: SYSTEM, subprocess: SYSTEM, _posixsubprocess: SYSTEM, pty: SYSTEM,
  commands: SYSTEM, shutil: SYSTEM, sys: SYSTEM, signal: SYSTEM, ctypes: SYSTEM, _ctypes: SYSTEM, cffi: SYSTEM,
  multiprocessing: SYSTEM, asyncio: SYSTEM, pip: SYSTEM, venv: SYSTEM, ensurepip: SYSTEM, runpy: CODE, code: CODE,
  codeop: CODE, bdb: CODE, pdb: CODE, profile: CODE, cProfile: CODE, timeit: CODE, trace: CODE, doctest: CODE,
  idlelib: CODE, marshal: CODE, cloudpickle: CODE, dill: CODE, lib2to3: CODE, imp: LOADS, importlib: LOADS,
  _frozen_importlib: LOADS, pkgutil: LOADS, zipimport: LOADS, pydoc: LOADS, linecache: LOADS, pickle: LOADS,
  _pickle: LOADS, cPickle: LOADS, shelve: LOADS, socket: NETWORK, _socket: NETWORK, ssl: NETWORK, requests: NETWORK,
  urllib: NETWORK, urllib2: NETWORK, urllib3: NETWORK, http: NETWORK, httplib: NETWORK, httpx: NETWORK,
  aiohttp: NETWORK, ftplib: NETWORK, smtplib: NETWORK, telnetlib: NETWORK, xmlrpc: NETWORK, socketserver: NETWORK,
  webbrowser: NETWORK, paramiko: NETWORK,
};

/** What of the built-in names makes nothing but data. */
// prettier-ignore
const HARMLESS_BUILTINS = new Set([
  'set', 'frozenset', 'list', 'dict', 'tuple', 'int', 'long', 'float', 'complex', 'bool', 'str', 'unicode', 'bytes',
  'bytearray', 'object', 'range', 'xrange', 'slice', 'type', 'Ellipsis', 'NotImplemented',
]);

/** Of other packages. */
const DANGEROUS_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(torch|joblib|numpy|pandas)\.(.*\.)?(load|loads|read_pickle|memmap|fromfile)$/, LOADS],
  [/^(_?io)\.(open|open_code|FileIO)$/, LOADS],
  [/^numpy\.(f2py|testing|distutils)\./, CODE],
  [/^_?operator\.(attrgetter|methodcaller)$/, CODE],
  [/^types\.(CodeType|FunctionType|LambdaType|MethodType)$/, CODE],
  [/^pandas\.(.*\.)?(eval|query)$/, CODE],
];

const isOf = (name: string, packages: readonly string[]): boolean =>
  packages.some((known) => name.startsWith(`${known}.`));

/** A class: functions that put objects together are none. */
export const isModelName = (name: string): boolean =>
  isOf(name, MODEL_PACKAGES) && /\.[A-Z]\w*$/.test(name) && !name.endsWith('Storage');

/** @returns why a name is none that a model needs; null if nothing is known against it */
export function suspicionOf(module: string, qualname: string): string | null {
  const [top = ''] = module.split('.');
  if (top === 'builtins' || top === '__builtin__') {
    const [first = ''] = qualname.split('.');
    return HARMLESS_BUILTINS.has(first) || /(Error|Exception|Warning)$/.test(first) ? null : CODE;
  }
  const own = Object.hasOwn(DANGEROUS, top) ? DANGEROUS[top] : undefined;
  if (own !== undefined) return own;
  // Protocol 4 follows the dots of a name: a module can be reached through another that has imported it.
  const parts = [...module.split('.').slice(1), ...qualname.split('.').slice(0, -1)];
  const through = parts.find(
    (part) => part === 'os' || part === 'sys' || part === 'subprocess' || part === '__builtins__',
  );
  if (through !== undefined || /(^|\.)__(globals|builtins|import|subclasses|getattribute)__/.test(qualname))
    return SYSTEM;
  return DANGEROUS_NAMES.find(([pattern]) => pattern.test(`${module}.${qualname}`))?.[1] ?? null;
}
