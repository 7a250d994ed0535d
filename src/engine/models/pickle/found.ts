/** What a pickle was seen to name and to hold. */
import { cut } from '../told';
import { suspicionOf } from './names';

const MAX_NAMES = 5000;

interface Name {
  calls: number;
  readonly suspicion: string | null;
}

export class Found {
  readonly names = new Map<string, Name>();
  /** Of names that were made while loading, or were too many. */
  readonly strange = new Map<string, string>();
  protocol = 0;
  sklearnVersion: string | null = null;
  arrays = 0;
  arrayBytes = 0;
  /** What the outermost object is, and its plain values. */
  root: string | null = null;
  settings: { key: string; value: string }[] = [];

  name(module: string, qualname: string): string {
    const whole = cut(`${module}.${qualname}`, 200);
    if (this.names.has(whole)) return whole;
    if (this.names.size < MAX_NAMES) this.names.set(whole, { calls: 0, suspicion: suspicionOf(module, qualname) });
    else this.strange.set('more names than are told', `it names more than ${String(MAX_NAMES)} classes and functions`);
    return whole;
  }

  called(name: string): void {
    const known = this.names.get(name);
    if (known) known.calls++;
  }

  array(bytes: number | null): void {
    this.arrays++;
    this.arrayBytes += bytes ?? 0;
  }
}
