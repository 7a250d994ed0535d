import { describe, expect, it } from 'vitest';
import { chosenInterpreter } from '../../src/extension/interpreters/pythonExtensions';

const choose = (installed: Readonly<Record<string, unknown>>) =>
  chosenInterpreter({
    resource: 'train.py',
    find: (id) => (id in installed ? { exports: () => Promise.resolve(installed[id]) } : undefined),
  });

/** As ms-python.python exports it, as far as it is used. */
const python = {
  environments: {
    path: '/venv',
    // Called on its object, with the file: folders may have interpreters of their own.
    getActiveEnvironmentPath(resource: unknown) {
      return { id: 'x', path: resource === 'train.py' ? this.path : '/other' };
    },
    resolveEnvironment: (path: unknown) =>
      Promise.resolve(path === '/venv' ? { executable: { uri: { fsPath: '/venv/bin/python' } } } : undefined),
  },
};
const environments = {
  getEnvironment: () => Promise.resolve({ execInfo: { run: { executable: '/envs/bin/python' } } }),
};

describe('the interpreter chosen in a Python extension', () => {
  it('is nothing where there is no such extension', async () => {
    expect(await choose({})).toBeUndefined();
  });

  it("is the Python extension's active one", async () => {
    expect(await choose({ 'ms-python.python': python, 'ms-python.vscode-python-envs': environments })).toBe(
      '/venv/bin/python',
    );
  });

  it("is the Python Environments extension's where only that is there", async () => {
    expect(await choose({ 'ms-python.vscode-python-envs': environments })).toBe('/envs/bin/python');
  });

  it.each([[undefined], [{}], [{ environments: {} }], [{ environments: { getActiveEnvironmentPath: 1 } }]])(
    'is nothing where an extension exports something else: %j',
    async (exported) => {
      expect(await choose({ 'ms-python.python': exported, 'ms-python.vscode-python-envs': exported })).toBeUndefined();
    },
  );
});
