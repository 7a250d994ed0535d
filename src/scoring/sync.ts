/** What is written is on the disk. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import process from 'node:process';

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // folders can't be opened there
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
