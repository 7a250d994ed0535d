/** What a model is, as a digest of its bytes. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Of a folder: of the names and digests of all that is in it. */
export async function modelDigestOf(path: string): Promise<string> {
  if (!statSync(path).isDirectory()) return digestOf(path);
  const hash = createHash('sha256');
  const names = readdirSync(path, { recursive: true }).map(String).sort();
  for (const name of names) {
    const file = join(path, name);
    if (statSync(file).isFile()) hash.update(`${name.replaceAll('\\', '/')}\0${await digestOf(file)}\n`);
  }
  return hash.digest('hex');
}

/** SHA-256. */
async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
