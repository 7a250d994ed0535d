/** Drift between two tables: what is asked for, and what is found (`docs/drift.md`). */
import * as z from 'zod';

/** Tests of one feature, by the names that `--json` and `loopwright.yaml` have. */
export const DRIFT_TESTS = [
  'ks',
  'wasserstein',
  'wasserstein_normed',
  'cramer_von_mises',
  'anderson_darling',
  'kuiper',
  'energy',
  'mann_whitney',
  'welch_t',
  'psi',
  'psi_evidently',
  'jensen_shannon',
  'jensen_shannon_base2',
  'hellinger',
  'kullback_leibler',
  'total_variation',
  'chi_squared',
  'chi_squared_fit',
  'g_test',
  'two_proportions',
  'l_infinity',
  'text_domain_classifier',
  'embedding_domain_classifier',
  'embedding_euclidean',
  'embedding_cosine',
  'embedding_share',
  'embedding_mmd',
  'missing',
] as const;
export const DriftTestName = z.enum(DRIFT_TESTS);
export type DriftTestName = z.infer<typeof DriftTestName>;

/** By whose rules tests and thresholds are chosen. */
export const DRIFT_RULES = ['loopwright', 'evidently', 'nannyml'] as const;
export const DriftRules = z.enum(DRIFT_RULES);
export type DriftRules = z.infer<typeof DriftRules>;

export const FEATURE_TYPES = ['number', 'category', 'boolean', 'date', 'text', 'embedding'] as const;
export const FeatureType = z.enum(FEATURE_TYPES);
export type FeatureType = z.infer<typeof FeatureType>;

export const FeatureRole = z.enum(['feature', 'prediction', 'label']);
export type FeatureRole = z.infer<typeof FeatureRole>;

/** What the store has kept of a content that is not at its path any more. */
export const KeptContent = z.object({
  /** Of the store's cache, in DVC's layout. */
  folder: z.string(),
  /** With `.dir` behind it where it is a listing of files. */
  md5: z.string(),
});
export type KeptContent = z.infer<typeof KeptContent>;

/** Which requests of an endpoint's log are taken, and what their columns are called. */
export const LoggedRequests = z.object({
  /** Milliseconds since 1970. Null: from the first that is there, to the last. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  /** The newest, where there are more. */
  rows: z.number().int().min(1),
  /**
   * Of inputs that are one tensor of several columns, by model and version (`fraud/3`): what its signature calls them. A version
   * whose columns are not here has those of its tensors: `x[0]`, `x[1]`.
   */
  columns: z.record(z.string(), z.array(z.string())),
  /** What a label says that has no name of its own: the column of what was true. */
  label: z.string().nullable(),
});
export type LoggedRequests = z.infer<typeof LoggedRequests>;

/** A table: a file, or a folder of files of one kind. */
export const DriftSide = z.object({
  /** As people call it: `may.parquet`, `the training data of fraud v3`. */
  label: z.string(),
  /** Of a log its folder. */
  path: z.string(),
  /** Read in place of what lies at the path; that says of what kind it is. */
  kept: KeptContent.optional(),
  log: LoggedRequests.optional(),
  /** What is to be known of it, in sentences: how it was found, what is not sure. */
  notes: z.array(z.string()).optional(),
});
export type DriftSide = z.infer<typeof DriftSide>;

/** A test that somebody wants for a feature in place of what the rules choose. */
export const WishedTest = z.object({
  test: DriftTestName,
  /** Null: that of the rules. Of a p-value, what it must be below; of a distance, what it must reach. */
  threshold: z.number().nullable(),
});
export type WishedTest = z.infer<typeof WishedTest>;

/** Whether all tests of a feature that decide must say so, or any. */
export const DriftNeeds = z.enum(['any', 'all']);
export type DriftNeeds = z.infer<typeof DriftNeeds>;

/** `default`: the usual one, which is 0.05 of a p-value and 0.1 of a distance. */
const Threshold = z.union([z.number(), z.literal('default')]);
type Thresholds = Record<DriftTestName, z.ZodOptional<typeof Threshold>>;

/** Tests of a feature in place of those of the rules, each with its threshold. */
export const FeatureTests = z.object({
  ...(Object.fromEntries(DRIFT_TESTS.map((test) => [test, Threshold.optional()])) as Thresholds),
  needs: DriftNeeds.optional(),
});
export type FeatureTests = z.infer<typeof FeatureTests>;

/** As the section `drift` of `loopwright.yaml` has them (`docs/config.md`); what is left out is as usual. */
export const DriftSettings = z.object({
  rules: DriftRules.optional(),
  false_alarms: z.number().min(0.000_001).max(0.5).optional(),
  least_effect: z.number().min(0).optional(),
  share: z.number().min(0).max(1).optional(),
  columns: z.array(z.string()).optional(),
  ignore: z.array(z.string()).optional(),
  prediction: z.string().optional(),
  label: z.string().optional(),
  types: z.record(z.string(), FeatureType).optional(),
  /** By feature; `*` for all that have none of their own. Null where what stood there is taken away. */
  tests: z.record(z.string(), FeatureTests.nullable()).optional(),
  whole: z.boolean().optional(),
});
export type DriftSettings = z.infer<typeof DriftSettings>;

/** What somebody asks for. Paths are absolute. */
export const DriftOrder = z.object({
  reference: DriftSide,
  current: DriftSide,
  /** Null: all that both have. */
  columns: z.array(z.string()).nullable(),
  ignored: z.array(z.string()),
  prediction: z.string().nullable(),
  label: z.string().nullable(),
  rules: DriftRules,
  /** In place of those of the rules, by feature; those of `*` hold for all others. */
  tests: z.record(z.string(), z.array(WishedTest)),
  /** Of those tests; where nothing is said, any of them is enough. */
  needs: z.record(z.string(), DriftNeeds).default({}),
  types: z.record(z.string(), FeatureType),
  /** How often at most stable data may be called drifting, of all comparisons: of our own rules. */
  falseAlarms: z.number().min(0.000_001).max(0.5),
  /** An effect that is smaller does not matter, however sure it is: of our own rules. */
  leastEffect: z.number().min(0),
  /** How many features must drift for the tables to. Null: what the rules say. */
  share: z.number().min(0).max(1).nullable(),
  multivariate: z.boolean(),
  /** By feature, where it is known how much the model makes of it. */
  importances: z.record(z.string(), z.number()),
  /** What the model takes, where that is known: other columns are compared, and it is said of them that it does not. */
  taken: z.array(z.string()).optional(),
  seed: z.number().int(),
  /** Rows of a table up to which columns of numbers are sorted; of more, they are counted in narrow bins. Left out: 5,000,000. */
  exactRows: z.number().int().min(1).optional(),
  threads: z.number().int().min(1).max(64),
  /** What was said for this comparison alone: it is said again when it is made again. */
  given: DriftSettings.default({}),
  /** Which of all that stands in `loopwright.yaml`, and was not said otherwise: `false_alarms`, `tests.amount`. */
  fromFile: z.array(z.string()).default([]),
});
export type DriftOrder = z.infer<typeof DriftOrder>;

export const DEFAULT_FALSE_ALARMS = 0.05;
export const DEFAULT_LEAST_EFFECT = 0.1;
export const DEFAULT_SEED = 7;

/** JSON has no infinities and no NaN: null. */
const Figure = z.number().nullable();

export const FoundTest = z.object({
  name: DriftTestName,
  statistic: Figure,
  /** Null: the statistic has no null distribution. */
  p_value: Figure,
  threshold: Figure,
  drift: z.boolean(),
  /** Null: it is shown, and decides nothing. Else what its threshold is held against. */
  decides_by: z.enum(['p_value', 'statistic', 'adjusted_p_value']).nullable(),
  /** By Benjamini and Hochberg, over all features. */
  adjusted_p_value: Figure,
});
export type FoundTest = z.infer<typeof FoundTest>;

const Share = z.number();

/** A feature's values in both tables, as they are drawn: shares of what is not missing. */
export const FeatureShares = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('numbers'),
    /** One more than there are bins. */
    edges: z.array(z.number()),
    reference: z.array(Share),
    current: z.array(Share),
    /** Shares that lie outside the edges, and are in the outer bins. */
    outside: z.object({ reference: Share, current: Share }),
  }),
  z.object({
    kind: z.literal('values'),
    values: z.array(z.object({ value: z.string(), reference: Share, current: Share })),
    /** Of values that are not among those. */
    others: z.object({ count: z.number().int(), reference: Share, current: Share }).nullable(),
  }),
]);
export type FeatureShares = z.infer<typeof FeatureShares>;

/** What a side has of a feature. */
export const SideFacts = z.object({
  rows: z.number().int(),
  missing: z.number().int(),
  /** Null where they were not counted. */
  distinct: z.number().int().nullable(),
  /** Of numbers and dates (milliseconds since 1970); null for others, and where there are none. */
  numbers: z
    .object({
      ...{ min: z.number(), max: z.number(), mean: z.number(), median: z.number(), deviation: z.number() },
      ...{ infinite: z.number().int(), low: z.number(), high: z.number() },
    })
    .nullable(),
});
export type SideFacts = z.infer<typeof SideFacts>;

const ValueShare = z.object({ value: z.string(), share: Share });

export const DriftFeature = z.object({
  name: z.string(),
  type: FeatureType,
  role: FeatureRole,
  drift: z.boolean(),
  tests: z.array(FoundTest),
  /** Of those that decide; what is missing is enough by itself. */
  needs: DriftNeeds,
  /** How far it has moved, in a figure that does not grow with the number of rows. */
  effect: z.object({ name: DriftTestName, value: z.number() }).nullable(),
  importance: z.number().nullable(),
  /** What has happened to it, as a sentence goes on: `its median fell from 41 to 12`. */
  words: z.string(),
  reference: SideFacts,
  current: SideFacts,
  shares: FeatureShares.nullable(),
  /** Values that only the one or the other has: those that are most frequent, and how many there are. */
  appeared: z.object({ count: z.number().int(), values: z.array(ValueShare) }).nullable(),
  vanished: z.object({ count: z.number().int(), values: z.array(ValueShare) }).nullable(),
  /** What else is to be known: `12 values are no numbers`. */
  notes: z.array(z.string()),
});
export type DriftFeature = z.infer<typeof DriftFeature>;

/** A column that was not compared, and why. */
export const LeftColumn = z.object({
  name: z.string(),
  in: z.enum(['reference', 'current', 'both']),
  why: z.string(),
});
export type LeftColumn = z.infer<typeof LeftColumn>;

/** What is seen of all features together. */
export const WholeTest = z.object({
  name: z.enum(['pca_reconstruction', 'domain_classifier', 'mmd']),
  statistic: Figure,
  p_value: Figure,
  threshold: Figure,
  drift: z.boolean(),
  /** Which features give it away: the first of them, with their shares of that. */
  features: z.array(ValueShare),
  words: z.string(),
});
export type WholeTest = z.infer<typeof WholeTest>;

/** `artifacts/drift.json` of its run, and what `--json` prints. */
export const DriftReport = z.object({
  drift: z.boolean(),
  /** Of the features that were compared. */
  share: Share,
  sentence: z.string(),
  rows: z.object({ reference: z.number().int(), current: z.number().int() }),
  reference: DriftSide,
  current: DriftSide,
  rules: DriftRules,
  false_alarms: z.number().nullable(),
  /** All that could be said otherwise, as it was. */
  settings: DriftSettings,
  /** Which of them stand in `loopwright.yaml`: `false_alarms`, `tests.amount`. */
  from_file: z.array(z.string()),
  /** Those that matter most first. */
  features: z.array(DriftFeature),
  left: z.array(LeftColumn),
  whole: z.array(WholeTest),
  /** What holds for the tables as a whole: `The reference has 12 rows: little can be seen.` */
  notes: z.array(z.string()),
  seconds: z.number(),
});
export type DriftReport = z.infer<typeof DriftReport>;

/** `artifacts/drift.page.json`: what a page shows, with the features that matter most; the next are in files of their own. */
export const DriftPage = DriftReport.extend({
  /** Those files. */
  parts: z.number().int(),
  /** Features that are in the whole report alone. */
  omitted: z.number().int(),
});
export type DriftPage = z.infer<typeof DriftPage>;

/** `artifacts/drift.page.2.json`, and so on. */
export const DriftPart = z.array(DriftFeature);
