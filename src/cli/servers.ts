/** Tracking servers that a command is given: by their address, with the token that MLflow's own clients would send. */
import { LoopwrightError } from '../protocol/errors';
import { type ServerAccess, serverUrlOf } from '../protocol/servers';

/** MLflow's name of it. */
export const SERVER_TOKEN = 'MLFLOW_TRACKING_TOKEN';

/**
 * @returns null for what is a path
 * @throws LoopwrightError `bad_request` for an address that can't be meant
 */
export function serverNamed(text: string, env: NodeJS.ProcessEnv): ServerAccess | null {
  if (!/^https?:\/\//i.test(text)) return null;
  const url = serverUrlOf(text);
  if (url === null)
    throw new LoopwrightError(
      'bad_request',
      `That is no address of a server. Name one like https://mlflow.example.com, without a name or password; a token goes into ${SERVER_TOKEN}.`,
    );
  return { url, token: env[SERVER_TOKEN] ?? null };
}
