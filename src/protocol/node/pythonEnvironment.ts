/** What a Python is given that loads a model and is no run of a script. */
import { delimiter, join } from 'node:path';

/** @param folder `python/`, whose hook would make a run of it */
export function modelPythonEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const hook = join(folder, 'hook');
  const kept = Object.entries(env).filter(([key]) => !key.startsWith('LOOPWRIGHT_') && key !== 'PYTHONPATH');
  const path = (env.PYTHONPATH ?? '').split(delimiter).filter((entry) => entry !== '' && entry !== hook);
  return {
    ...Object.fromEntries(kept),
    ...(path.length > 0 ? { PYTHONPATH: path.join(delimiter) } : {}),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONIOENCODING: 'utf-8',
    PYTHONWARNINGS: 'ignore',
  };
}
