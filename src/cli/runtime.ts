/**
 * Imported before anything else: on a Node that is too old nothing of the product may be loaded, because its native
 * packages would end the process without a word.
 */
import { writeSync } from 'node:fs';

const FLOOR = { major: 22, minor: 14 } as const;

/** Why this Node can't run the product, or null if it can. */
export function whyTooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (major > FLOOR.major || (major === FLOOR.major && minor >= FLOOR.minor)) return null;
  const floor = `${String(FLOOR.major)}.${String(FLOOR.minor)}`;
  return (
    `Loopwright needs Node ${floor} or newer; this is Node ${version}. Install a newer one (https://nodejs.org), ` +
    'or run Loopwright in a terminal of VS Code, which brings its own.'
  );
}

const reason = whyTooOld(process.versions.node);
if (reason !== null) {
  if (process.argv.includes('--json'))
    writeSync(1, `${JSON.stringify({ error: { code: 'runtime_too_old', message: reason } })}\n`);
  writeSync(2, `loopwright: ${reason}\n`);
  process.exit(2);
}
