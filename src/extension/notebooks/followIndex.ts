/**
 * Where the hook inside a kernel finds the run of its notebook: a small file for each notebook that is followed, in the
 * user's own folder. Without VS Code.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { startOf } from '../../protocol/node/processes';
import { describeError, type Log } from '../log';

/** `docs/notebooks-follow.md` describes it for those who read it. */
export const FollowedFile = z.object({
  format: z.literal(1),
  /** The window that follows. */
  pid: z.number().int(),
  start: z.string(),
  /** Absolute. */
  notebook: z.string(),
  /** The folder of the run that goes on; null until its first cell. */
  run: z.string().nullable(),
  /** The highest number in brackets of the run's executions that are over: a kernel that counts lower is another one. */
  over: z.number().int(),
});
export type FollowedFile = z.infer<typeof FollowedFile>;

export class FollowIndex {
  private last: Promise<void> = Promise.resolve();
  private readonly written = new Map<string, string>();

  /** @param folder `followed` in the user's state folder */
  constructor(
    private readonly folder: string,
    private readonly pid: number,
    private readonly log: Log,
  ) {}

  set(notebook: string, run: string | null, over: number): void {
    const file: FollowedFile = { format: 1, pid: this.pid, start: startOf(this.pid) ?? '', notebook, run, over };
    const text = JSON.stringify(file);
    const path = this.pathOf(notebook);
    if (this.written.get(path) === text) return;
    this.written.set(path, text);
    this.then(async () => {
      // Only the last word counts.
      if (this.written.get(path) !== text) return;
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.tmp`, text, { mode: 0o600 });
      await rename(`${path}.tmp`, path);
    });
  }

  remove(notebook: string): void {
    const path = this.pathOf(notebook);
    if (!this.written.delete(path)) return;
    this.then(async () => {
      if (!this.written.has(path)) await rm(path, { force: true });
    });
  }

  /** Removes what windows have left behind that are gone. */
  sweep(): void {
    this.then(async () => {
      const names = await readdir(this.folder).catch(() => []); // nobody has followed anything yet
      for (const name of names.filter((one) => one.endsWith('.json'))) {
        const path = join(this.folder, name);
        if (!(await isOfLivingWindow(path))) await rm(path, { force: true });
      }
    });
  }

  settled(): Promise<void> {
    return this.last;
  }

  private pathOf(notebook: string): string {
    const hash = createHash('sha256').update(notebook).digest('hex').slice(0, 16);
    return join(this.folder, `${String(this.pid)}-${hash}.json`);
  }

  private then(work: () => Promise<void>): void {
    this.last = this.last.then(work).catch((error: unknown) => {
      this.log.warn(`list of followed notebooks: ${describeError(error)}`); // capture inside kernels will not find them
    });
  }
}

async function isOfLivingWindow(path: string): Promise<boolean> {
  try {
    const file = FollowedFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return file.success && startOf(file.data.pid) === file.data.start;
  } catch {
    return false; // torn or gone: of no use to anybody
  }
}
