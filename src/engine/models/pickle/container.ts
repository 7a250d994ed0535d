/** What a file is by its first bytes. */
import type { PickleInspection } from '../../../protocol/inspection';

export type Container = PickleInspection['container'];

/** joblib's own list of compressions, beside the pickle itself and the archive that Torch writes. */
export function containerOf(head: Buffer, name: string): Container | null {
  const begins = (...bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte);
  const version = head[1] ?? 255;
  if (begins(0x80) && version <= 5) return 'none';
  const isNamed = /\.(pkl|pickle|joblib|jl|sav|dill|pt|pth|z|gz|bz2|xz|lzma|lz4)$/i.test(name);
  if (begins(0x1f, 0x8b)) return isNamed ? 'gzip' : null;
  // The two bytes are a multiple of 31, which is a check of zlib's.
  if (begins(0x78) && (0x7800 + version) % 31 === 0) return isNamed ? 'zlib' : null;
  if (begins(0x42, 0x5a, 0x68)) return isNamed ? 'bz2' : null;
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return isNamed ? 'xz' : null;
  if (begins(0x5d, 0, 0)) return isNamed ? 'lzma' : null;
  if (begins(0x04, 0x22, 0x4d, 0x18)) return isNamed ? 'lz4' : null;
  if (begins(0x5a, 0x46)) return isNamed ? 'zfile' : null;
  if (begins(0x50, 0x4b, 3, 4)) return 'torch-zip';
  // Protocols 0 and 1 begin with any opcode.
  return /\.(pkl|pickle|sav)$/i.test(name) && /^[(cl\]}d)IFSVNLi]/.test(head.toString('latin1')) ? 'none' : null;
}
