/** The section `drift` of `loopwright.yaml`: as strict as the rest of the form, and with what an editor says of each key. */
import * as z from 'zod';
import { DRIFT_RULES, type DriftTestName, FEATURE_TYPES } from './drift';
import { isByPValue, TEST_TITLES, usualThreshold, WISHABLE } from './driftTests';
import { snippet } from './config/snippet';

const name = (error: string) => z.string({ error }).min(1, { error });
const columns = (description: string) =>
  z
    .array(name('is the name of a column'), { error: 'is a list of columns, as [customer_id, note]' })
    .optional()
    .meta({ description, suggest: 'feature' });
const column = (description: string) =>
  name('is the name of a column').optional().meta({ description, suggest: 'feature' });
const share = (least: number, most: number, description: string, example: number) => {
  const error = `is a number from ${String(least)} to ${String(most)}, as ${String(example)}`;
  return z.number({ error }).min(least, { error }).max(most, { error }).optional().meta({ description });
};

function threshold(test: DriftTestName) {
  const isP = isByPValue(test);
  const usual = String(usualThreshold(test));
  const error = isP
    ? `is a p-value from 0 to 1, as ${usual}, or default`
    : `is a number from 0 on, as ${usual}, or default`;
  const number = z.number({ error }).min(0, { error });
  return z
    .union([isP ? number.max(1, { error }) : number, z.literal('default', { error })], { error })
    .optional()
    .meta({
      description: isP
        ? `${TEST_TITLES[test]}: moved where its p-value is at most this. \`default\`: ${usual}.`
        : `${TEST_TITLES[test]}: moved where it is at least this. \`default\`: ${usual}.`,
      ...snippet(test, usual),
    });
}

type Thresholds = Record<DriftTestName, ReturnType<typeof threshold>>;

const TESTS = 'is a map from tests to what they must reach, as {psi: 0.2}';

const FeatureTests = z
  .strictObject(
    {
      ...(Object.fromEntries(WISHABLE.map((test) => [test, threshold(test)])) as Thresholds),
      needs: z
        .enum(['any', 'all'], { error: 'is any or all' })
        .optional()
        .meta({ description: '`all`: every one of these tests must say so. `any` (also if left out): one is enough.' }),
    },
    { error: TESTS },
  )
  .meta({
    description:
      'The tests of this feature, in place of those of the rules. `"*"` stands for every feature that has none of its own; ' +
      '`{}` for those of the rules.',
    ...snippet('tests', { psi: '${1:0.2}' }),
  });

const LEAST = 'is a number from 0 on, as 0.1';

export const DriftForm = z
  .strictObject(
    {
      rules: z
        .enum(DRIFT_RULES, { error: `is ${DRIFT_RULES.join(', ')}` })
        .optional()
        .meta({ description: 'By whose rules tests and thresholds are chosen. Left out: `loopwright`.' }),
      false_alarms: share(
        0.000_001,
        0.5,
        'How often stable data may be called drifting, of all comparisons: of our own rules. Left out: 0.05.',
        0.05,
      ),
      least_effect: z
        .number({ error: LEAST })
        .min(0, { error: LEAST })
        .optional()
        .meta({
          description:
            'A smaller effect does not matter, however sure it is: of our own rules. In standard deviations of numbers, as ' +
            'Jensen-Shannon distance of categories. Left out: 0.1.',
        }),
      share: share(
        0,
        1,
        'How large a share of the features must move for the tables to have. Left out: what the rules say.',
        0.3,
      ),
      columns: columns('Compared alone. Left out: all that both tables have.'),
      ignore: columns('Left out of every comparison.'),
      prediction: column('The column that a model has predicted.'),
      label: column('The column with what was true.'),
      types: z
        .record(z.string(), z.enum(FEATURE_TYPES, { error: `is ${FEATURE_TYPES.join(', ')}` }), {
          error: 'is a map from columns to types, as {zip: category}',
        })
        .optional()
        .meta({
          description: `What a column is taken for: ${FEATURE_TYPES.join(', ')}.`,
          suggest: 'feature',
          ...snippet('types', { '${1:zip}': '${2:category}' }),
        }),
      tests: z
        .record(z.string(), FeatureTests, {
          error: 'is a map from features to their tests, as {amount: {psi: 0.2}}',
        })
        .optional()
        .meta({
          description: 'Tests and thresholds in place of those of the rules, by feature, as `amount: { psi: 0.2 }`.',
          suggest: 'feature',
          ...snippet('tests', { '${1:amount}': { psi: '${2:0.2}' } }),
        }),
      whole: z.boolean({ error: 'is true or false' }).optional().meta({
        description: 'Whether all features are looked at together, too. Left out: `true`.',
      }),
    },
    { error: 'is a map of settings, as false_alarms: 0.05' },
  )
  .meta({
    description:
      'How tables are compared for drift: from the command line and from VS Code. Options of the command line win.',
    ...snippet('drift', { false_alarms: '${1:0.05}', tests: { '${2:amount}': { psi: '${3:0.2}' } } }),
  });
