/**
 * The interpreter that the user chose in a Python extension. Their APIs are described here as far as they are used,
 * and what they answer is checked: they are other people's and change.
 */
import * as z from 'zod';

export interface OtherExtension {
  /** Activates it if need be, and gives what it exports. */
  readonly exports: () => Promise<unknown>;
}

export interface Environments<Resource> {
  readonly find: (id: string) => OtherExtension | undefined;
  readonly resource: Resource | undefined;
}

/** A method of somebody's object; called on that object. */
const Method = z.custom<(...args: unknown[]) => unknown>((value) => typeof value === 'function');

/** https://github.com/microsoft/vscode-python-environments/blob/main/src/api.ts */
const EnvironmentsApi = z.object({ getEnvironment: Method });
const PythonEnvironment = z.object({ execInfo: z.object({ run: z.object({ executable: z.string().min(1) }) }) });

/** https://github.com/microsoft/vscode-python/blob/main/src/client/api/types.ts */
const PythonApi = z.object({
  environments: z.object({ getActiveEnvironmentPath: Method, resolveEnvironment: Method }),
});
const EnvironmentPath = z.object({ path: z.string().min(1) });
const ResolvedEnvironment = z.object({ executable: z.object({ uri: z.object({ fsPath: z.string().min(1) }) }) });

/** The path of the chosen interpreter; undefined where no Python extension is there, or none was chosen. */
export async function chosenInterpreter<Resource>(from: Environments<Resource>): Promise<string | undefined> {
  return (await fromPython(from)) ?? (await fromEnvironments(from));
}

async function fromPython<Resource>({ find, resource }: Environments<Resource>): Promise<string | undefined> {
  const api = await find('ms-python.python')?.exports();
  if (!PythonApi.safeParse(api).success) return undefined;
  const { environments } = api as z.infer<typeof PythonApi>;
  const active = EnvironmentPath.safeParse(environments.getActiveEnvironmentPath(resource));
  if (!active.success) return undefined;
  const resolved = ResolvedEnvironment.safeParse(await environments.resolveEnvironment(active.data.path));
  return resolved.success ? resolved.data.executable.uri.fsPath : undefined;
}

async function fromEnvironments<Resource>({ find, resource }: Environments<Resource>): Promise<string | undefined> {
  const api = await find('ms-python.vscode-python-envs')?.exports();
  if (!EnvironmentsApi.safeParse(api).success) return undefined;
  const environment = await (api as z.infer<typeof EnvironmentsApi>).getEnvironment(resource);
  const parsed = PythonEnvironment.safeParse(environment);
  return parsed.success ? parsed.data.execInfo.run.executable : undefined;
}
