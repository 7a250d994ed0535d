/** The form in which a notebook's parameters are set: what it shows, and what run it asks for. Pure. */
import { isSecretName } from '../../client/secretArguments';
import type { NotebookParameter } from '../../protocol/notebooks';
import type { Localizer } from '../l10n';
import { plain } from '../text';
import { parseTyped, typedDefault } from './runValues';

/** As `src/client/sweep.ts` has it; above this nobody means it. */
export const MAX_RUNS = 1000;

/** What was typed, by parameter. */
export type Answers = Readonly<Record<string, string>>;

export interface ParameterRow {
  readonly name: string;
  readonly type: string;
  /** What stands in the form now; `typed` where it is not the default. */
  readonly shown: string;
  readonly isChanged: boolean;
  readonly help: string;
}

/** What a run gets: parameters that differ from their defaults, and those that are swept over. */
export interface Choice {
  readonly params: Readonly<Record<string, string>>;
  readonly sweep: Readonly<Record<string, readonly string[]>>;
}

interface Answer {
  readonly text: string;
  readonly values: readonly [string, ...string[]];
}

export class ParameterForm {
  private readonly answers = new Map<string, Answer>();

  /** @param remembered the answers of the last time; what does not fit any more is left out */
  constructor(
    private readonly parameters: readonly NotebookParameter[],
    private readonly l10n: Localizer,
    remembered: Answers = {},
  ) {
    for (const [name, text] of Object.entries(remembered)) if (this.find(name)) this.set(name, text);
    if (this.runCount > MAX_RUNS) this.answers.clear();
  }

  get rows(): ParameterRow[] {
    return this.parameters.map(({ name, type, default: source, help }) => {
      const answer = this.answers.get(name);
      return {
        name,
        type,
        shown: answer ? shownOf(answer) : typedDefault(type, source),
        isChanged: answer !== undefined,
        help,
      };
    });
  }

  /** What the input box begins with. */
  textOf(name: string): string {
    const parameter = this.find(name);
    return this.answers.get(name)?.text ?? (parameter ? typedDefault(parameter.type, parameter.default) : '');
  }

  /** Why this can't be the parameter's value; null if it can. */
  problemOf(name: string, text: string): string | null {
    const parameter = this.find(name);
    if (!parameter) return this.l10n.t('The notebook has no parameter {0}.', name);
    const typed = parseTyped(parameter.type, text, this.l10n);
    if ('problem' in typed) return typed.problem;
    if (typed.values.length > 1 && typed.values.some((value) => isSecretName(name, value)))
      return this.l10n.t('{0} looks like a secret, and the values of a sweep stand in the names of its runs.', name);
    const count = (this.runCount / (this.answers.get(name)?.values.length ?? 1)) * typed.values.length;
    if (count > MAX_RUNS) return this.l10n.t('These would be {0} runs; at most {1} are started.', count, MAX_RUNS);
    return null;
  }

  /** How many runs the form would ask for with this text. */
  countWith(name: string, text: string): number {
    const parameter = this.find(name);
    const typed = parameter && parseTyped(parameter.type, text, this.l10n);
    const count = typed && 'values' in typed ? typed.values.length : 1;
    return (this.runCount / (this.answers.get(name)?.values.length ?? 1)) * count;
  }

  /** @returns whether it was taken */
  set(name: string, text: string): boolean {
    const parameter = this.find(name);
    if (!parameter || this.problemOf(name, text) !== null) return false;
    const typed = parseTyped(parameter.type, text, this.l10n);
    if ('problem' in typed) return false;
    const isDefault = typed.values.length === 1 && typed.values[0] === typedDefault(parameter.type, parameter.default);
    if (isDefault) this.answers.delete(name);
    else this.answers.set(name, { text, values: typed.values });
    return true;
  }

  reset(name: string): void {
    this.answers.delete(name);
  }

  get runCount(): number {
    return [...this.answers.values()].reduce((product, { values }) => product * values.length, 1);
  }

  /** `days = 30, lr = 0.1 | 0.3`; empty where all are the defaults. */
  get summary(): string {
    const changed = this.rows.filter(({ isChanged }) => isChanged);
    return changed
      .map(({ name, shown }) => `${name} = ${isSecretName(name, shown) ? '***' : plain(shown, 40)}`)
      .join(', ');
  }

  get choice(): Choice {
    const params: Record<string, string> = {};
    const sweep: Record<string, readonly string[]> = {};
    // In the notebook's own order: the last one varies fastest.
    for (const { name } of this.parameters) {
      const answer = this.answers.get(name);
      if (!answer) continue;
      if (answer.values.length > 1) sweep[name] = answer.values;
      else params[name] = answer.values[0];
    }
    return { params, sweep };
  }

  /** For the next time. Secrets are not kept. */
  get kept(): Answers {
    const kept = [...this.answers].filter(([name, { text }]) => !isSecretName(name, text));
    return Object.fromEntries(kept.map(([name, { text }]) => [name, text]));
  }

  private find(name: string): NotebookParameter | undefined {
    return this.parameters.find((parameter) => parameter.name === name);
  }
}

const shownOf = ({ values }: Answer): string => values.join(' | ');
