export interface CodeServerOptions {
  /** What the window shows. */
  folder: string;
  /** Settings, state and logs. */
  userDataDir: string;
  extensionsDir: string;
  /** Roots of further extensions beside ours. */
  extensions?: string[];
  withoutLoopwright?: boolean;
  /** Chosen by the system if 0 or not given. */
  port?: number;
  /** null or not given: none is asked for. */
  password?: string | null;
  /** Every folder counts as trusted and nobody is asked. */
  trustDisabled?: boolean;
  /** User settings on top of the quiet ones. */
  settings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  /** `stop` also ends engines and runs, which are made to survive a window. */
  endAll?: boolean;
}

export interface CodeServer {
  /** With the folder in it. */
  url: string;
  port: number;
  pid: number;
  exited: Promise<number | null>;
  /** Ends it and its process group. */
  stop(): Promise<void>;
}

/** Starts VS Code's server on the loopback interface and waits until it answers. */
export function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
