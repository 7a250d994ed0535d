/** From the text of `loopwright.yaml` to its gates and settings, or to what is wrong with it. Pure. */
import schema from '../../../media/loopwright.schema.json';
import { CONFIG_FILE, LATER_KEYS, MAX_CONFIG_BYTES } from '../../protocol/config/file';
import { ConfigForm } from '../../protocol/config/form';
import { asksOf, gatesOf, type PlacedGate } from '../../protocol/config/gate';
import { DriftSettings } from '../../protocol/drift';
import type { JsonSchema } from '../../protocol/config/jsonSchema';
import type { ConfigProblem } from '../../protocol/requests/config';
import { misfits } from './words';
import { readYamlText, type YamlText } from './yamlText';

const MAX_PROBLEMS = 100;
const form: JsonSchema = schema;

export interface CheckedConfig {
  readonly problems: readonly ConfigProblem[];
  /** Null while there is an error: nobody can say then what was meant to hold. */
  readonly gates: readonly PlacedGate[] | null;
  /** Likewise. */
  readonly drift: DriftSettings | null;
}

const UNKNOWN = { gates: null, drift: null };

export function checkText(text: string): CheckedConfig {
  const start = { line: 0, column: 0 };
  const whole = (message: string): CheckedConfig => ({
    problems: [{ from: start, to: start, severity: 'error', message }],
    ...UNKNOWN,
  });
  if (Buffer.byteLength(text) > MAX_CONFIG_BYTES)
    return whole(
      `${CONFIG_FILE} is larger than ${String(MAX_CONFIG_BYTES / 1024)} kB. Only what people write belongs into it.`,
    );
  const yaml = readYamlText(text);
  if (yaml.value === undefined) return { problems: yaml.problems, ...UNKNOWN };
  if (yaml.value === null) return whole(`${CONFIG_FILE} is empty. Begin it with version: 1`);
  const read = ConfigForm.safeParse(withoutOwnKeys(yaml.value), { reportInput: true });
  if (!read.success) {
    const problems = misfits(read.error.issues, form).map(({ path, at, message }) =>
      yaml.problemAt(path, message, 'error', at),
    );
    return { problems: [...problems.slice(0, MAX_PROBLEMS), ...notUsed(yaml)], ...UNKNOWN };
  }
  const gates = gatesOf(read.data);
  const names = reservedNames(gates, yaml);
  const problems = [...names, ...hollowGates(gates, yaml), ...notUsed(yaml)].slice(0, MAX_PROBLEMS);
  if (names.length > 0) return { problems, ...UNKNOWN };
  return { problems, gates, drift: DriftSettings.parse(read.data.drift ?? {}) };
}

/** Keys for the user's own anchors, as in Compose files. */
function withoutOwnKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}

function notUsed(yaml: YamlText): ConfigProblem[] {
  const { value } = yaml;
  if (typeof value !== 'object' || value === null) return [];
  return LATER_KEYS.filter((key) => Object.hasOwn(value, key)).map((key) =>
    yaml.problemAt([key], `${key} is kept for later and not used yet.`, 'info', 'key'),
  );
}

/** MLflow gives neither as an alias, so that nothing could ever go through these gates. */
function reservedNames(gates: readonly PlacedGate[], yaml: YamlText): ConfigProblem[] {
  return gates
    .filter(({ alias }) => alias === '' || /^(latest|v\d+)$/i.test(alias))
    .map(({ model, alias }) => {
      const why =
        alias === '' ? 'An alias has a name.' : `MLflow allows no alias ${alias}: it stands for a version already.`;
      return yaml.problemAt(['gates', model, alias], `${why} Choose another name.`, 'error', 'key');
    });
}

function hollowGates(gates: readonly PlacedGate[], yaml: YamlText): ConfigProblem[] {
  return gates
    .filter(({ gate }) => asksOf(gate).length === 0)
    .map(({ model, alias }) =>
      yaml.problemAt(['gates', model, alias], `This gate asks for nothing: every version passes.`, 'warning', 'key'),
    );
}
