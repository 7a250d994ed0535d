/** What an import could not read. */
import { SHOWN_PROBLEMS } from '../../protocol/imports';
import type { Report } from './foreignStore';

/** Counts all and keeps the first; what is told twice is one. */
export class Problems implements Report {
  private readonly told = new Set<string>();
  unreadable = 0;

  get shown(): string[] {
    return [...this.told].slice(0, SHOWN_PROBLEMS);
  }

  get count(): number {
    return this.told.size;
  }

  problem(text: string): void {
    this.told.add(text);
  }

  unreadableRun(text: string): void {
    if (!this.told.has(text)) this.unreadable++;
    this.told.add(text);
  }
}
