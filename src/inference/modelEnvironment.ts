/** What a process that runs a model is given of its parent's environment: no secrets, as a model may take over its process. */
const KEPT = /^(PATH|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|SYSTEMROOT|WINDIR|ELECTRON_RUN_AS_NODE)$/i;

export const modelEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));
