/**
 * Which findings the user does not want to see: `RULE` everywhere, `RULE@PATH` in one notebook. Pure.
 */
import { FINDING_RULES, type Finding } from '../../protocol/notebooks';

export type Rule = Finding['rule'];

/** @param path of the notebook, from its workspace folder, with `/` */
export function isIgnored(entries: unknown, rule: Rule, path: string): boolean {
  return Array.isArray(entries) && (entries.includes(rule) || entries.includes(entryFor(rule, path)));
}

export function entryFor(rule: Rule, path: string | null): string {
  return path === null ? rule : `${rule}@${path}`;
}

/** The setting with one more entry; what the user has written into it otherwise stays. */
export function withEntry(entries: unknown, entry: string): unknown[] {
  const before: readonly unknown[] = Array.isArray(entries) ? entries : [];
  return before.includes(entry) ? [...before] : [...before, entry];
}

export function isRule(value: unknown): value is Rule {
  return FINDING_RULES.some((rule) => rule === value);
}
