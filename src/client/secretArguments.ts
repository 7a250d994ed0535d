/**
 * Secrets in the words of a command line: what is written down of a run has `***` in their place. The words that mean a
 * secret are those of the hook (`python/hook/loopwright/_secrets.py`); a test holds both lists equal.
 */
import type { RunSpec } from '../protocol/runFolder';

/** As a part of a name these mean a secret wherever they stand: `db_password`, `mysecret`, `AWS_SECRET_KEY`. */
export const SECRET_PARTS = ['password', 'passwd', 'passphrase', 'secret', 'api_key', 'apikey', 'credential'] as const;
/** These only as a word: `tokenizer`, `max_tokens` and `author` are no secrets. */
export const SECRET_WORDS = ['auth', 'authtoken', 'accesstoken'] as const;
/** The file of `<(command)`: a way to hand over a secret, and none itself. */
const DESCRIPTOR = /^\/dev\/fd\/\d+$/;

export const HIDDEN = '***';

/** Whether a name says that its value must not be written down. A number under `token` is a size, not a secret. */
export function isSecretName(name: string, value: string): boolean {
  if (DESCRIPTOR.test(value)) return false;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const joined = words.join('_');
  if (SECRET_PARTS.some((part) => joined.includes(part)) || SECRET_WORDS.some((word) => words.includes(word)))
    return true;
  return words.includes('token') && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(value);
}

export interface MaskedArguments {
  readonly argv: string[];
  /** Which of them had something to hide. */
  readonly hidden: number[];
}

export function maskArguments(argv: readonly string[]): MaskedArguments {
  const masked = argv.map((word, index) => maskWord(word, argv[index - 1] ?? ''));
  return { argv: masked, hidden: masked.flatMap((word, index) => (word === argv[index] ? [] : [index])) };
}

/** `--password x`, `--password=x`, `password=x`, `scheme://user:x@host`; in a word of several words (`sh -c`), too. */
function maskWord(word: string, before: string): string {
  const option = /^--?([A-Za-z][\w.-]+)$/.exec(before)?.[1];
  if (option !== undefined && !word.startsWith('-') && word !== '' && isSecretName(option, word)) return HIDDEN;
  const assigned = /^((?:--?)?[A-Za-z_][\w.-]*=)([\s\S]+)$/.exec(word);
  if (assigned?.[1] !== undefined && assigned[2] !== undefined && isSecretName(assigned[1], assigned[2]))
    return assigned[1] + HIDDEN;
  const inside = /\s/.test(word)
    ? word.replaceAll(
        /((?:--?|\b)[A-Za-z_][\w.-]*(?:=|\s+))("[^"]*"|'[^']*'|[^\s"'-]\S*)/g,
        (all, name: string, value: string) =>
          (name.startsWith('-') || name.endsWith('=')) && isSecretName(name, value) ? name + HIDDEN : all,
      )
    : word;
  return inside.replaceAll(/\b([a-z][a-z\d+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${HIDDEN}@`);
}

/** Values whose name says that they are secrets: parameters, variables of the environment. */
export function maskValues(values: Readonly<Record<string, string>>) {
  const hidden = Object.entries(values).flatMap(([key, value]) => (isSecretName(key, value) ? [key] : []));
  return { masked: { ...values, ...Object.fromEntries(hidden.map((key) => [key, HIDDEN])) }, hidden };
}

export interface HiddenValue {
  /** What it was given for: `--password`, or the word with the value hidden. */
  readonly label: string;
}

type WithHidden = Pick<RunSpec, 'argv' | 'hidden' | 'params' | 'hidden_params' | 'env' | 'hidden_env'>;

/** The values that a run was started with and that nobody has kept: of the command line, parameters, variables. */
export function hiddenValuesOf({ argv, hidden, hidden_params: params, hidden_env: env }: WithHidden): HiddenValue[] {
  const words = hidden.flatMap((index) => {
    const word = argv[index] ?? '';
    const label = word === HIDDEN ? (argv[index - 1] ?? word) : word.replace(/=\*\*\*$/, '');
    return Array.from({ length: word.split(HIDDEN).length - 1 }, () => ({ label }));
  });
  return [...words, ...params.map((name) => ({ label: `-P ${name}` })), ...env.map((name) => ({ label: name }))];
}

/** What was asked for, with the values in their places again. */
export function withHiddenValues<Spec extends WithHidden>(spec: Spec, values: readonly string[]): Spec {
  const left = [...values];
  const argv = spec.argv.map((word, index) =>
    spec.hidden.includes(index)
      ? word.split(HIDDEN).reduce((text, part) => text + (left.shift() ?? HIDDEN) + part)
      : word,
  );
  const filled = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, left.shift() ?? HIDDEN]));
  const params = { ...spec.params, ...filled(spec.hidden_params) };
  const env = { ...spec.env, ...filled(spec.hidden_env) };
  return { ...spec, argv, params, env, hidden: [], hidden_params: [], hidden_env: [] };
}
