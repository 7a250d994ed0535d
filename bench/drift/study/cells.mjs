/** What the study compares: each cell is a kind of data, so many rows, and what has moved between the tables. */

/**
 * @typedef {object} Cell
 * @property {string} name what its random numbers come from, too
 * @property {'stable' | 'windows' | 'moved' | 'whole'} part
 * @property {string} kind of `tables.py`
 * @property {string} data in words, for the table of results
 * @property {number} features
 * @property {[number, number]} rows of reference and current table
 * @property {number} count comparisons
 * @property {Readonly<Record<string, number>>} move nothing where the data is stable
 * @property {number} moved how many features move
 * @property {boolean} isWindow the reference has room for ten of the current table
 */

/** Comparisons of stable data: of what takes longer, fewer; of what has moved, fewer still, as its shares are far from 0 and told in tens. */
const STABLE = 200;
const FEWER = 100;
const LARGER = 50;
const MOVED = 25;
const LARGEST = 20;
const MOVED_FEWER = 10;

/** @type {Readonly<Record<string, string>>} */
const KINDS = {
  mixed: 'all kinds in turn',
  normal: 'normal',
  lognormal: 'log-normal',
  heavy: 'heavy tails (Student, 2 degrees)',
  counts: 'counts (Poisson, 8)',
  zeros: '70 % noughts, the rest log-normal',
  rounded: 'normal, to a tenth',
  gaps: 'normal, 20 % missing',
  few: '5 categories',
  many: '200 categories',
  correlated: 'normal, correlations of 0.8',
  seasonal: 'days of the week differ',
  seasonal_categories: '5 categories, days of the week differ',
  diabetes: 'diabetes, halves',
  wine: 'wine, halves',
};

/** @param {Partial<Cell> & Pick<Cell, 'part' | 'kind' | 'rows'>} given @returns {Cell} */
function cell(given) {
  const { part, kind, rows, features = 10, move = {}, moved = 0, count = STABLE } = given;
  const [how = ''] = Object.entries(move).map(([name, by]) => ` ${name} ${by} of ${moved}`);
  return {
    ...{ part, kind, rows, features, move, moved, count, data: KINDS[kind] ?? kind },
    name: `${part} ${kind} ${rows.join('+')} x ${features}${how}`,
    isWindow: rows[0] >= 10 * rows[1],
  };
}

/** @param {string} kind @param {number} rows @param {Partial<Cell>} [more] */
const stable = (kind, rows, more = {}) => cell({ part: 'stable', kind, rows: [rows, rows], ...more });

/** One feature of ten moves, unless `more` says something else. @param {string} kind @param {number} rows @param {Cell['move']} move @param {Partial<Cell>} [more] */
const moved = (kind, rows, move, more = {}) =>
  cell({ part: 'moved', kind, rows: [rows, rows], move, moved: 1, count: MOVED, ...more });

/** @param {string} kind @param {[number, number]} rows @param {Partial<Cell>} [more] */
const windows = (kind, rows, more = {}) => cell({ part: 'windows', kind, rows, count: FEWER, ...more });

const SIMPLE = ['normal', 'lognormal', 'heavy', 'counts', 'zeros', 'rounded', 'gaps', 'few', 'many', 'correlated'];
const LARGE = 100_000;

/** @type {readonly Cell[]} */
export const CELLS = [
  ...SIMPLE.map((kind) => stable(kind, 1000)),
  ...['lognormal', 'heavy', 'zeros', 'many'].map((kind) => stable(kind, 10_000, { count: FEWER })),
  stable('mixed', 200),
  stable('mixed', 1000, { features: 5, count: FEWER }),
  stable('mixed', 1000, { features: 20 }),
  stable('mixed', 1000, { features: 50, count: LARGER }),
  stable('mixed', 10_000, { features: 20, count: LARGER }),
  stable('mixed', LARGE, { count: LARGEST }),
  // [rows, features] are those of the data.
  stable('wine', 89, { features: 13, count: FEWER }),
  stable('diabetes', 221, { count: FEWER }),

  windows('normal', [10_000, 1000]),
  windows('mixed', [10_000, 1000]),
  windows('seasonal', [8400, 700]),
  windows('seasonal', [8400, 100]),
  windows('seasonal', [8400, 100], { features: 1 }),
  windows('seasonal_categories', [8400, 100]),
  ...[0.1, 0.2, 0.5].map((mean) => windows('normal', [10_000, 1000], { move: { mean }, moved: 1, count: MOVED })),
  ...[0.5, 1, 2].map((mean) => windows('seasonal', [8400, 100], { move: { mean }, moved: 1, count: MOVED })),

  ...[0.2, 0.5].map((mean) => moved('normal', 200, { mean })),
  ...[0.05, 0.1, 0.2, 0.3].map((mean) => moved('normal', 1000, { mean })),
  moved('normal', 10_000, { mean: 0.05 }),
  ...[0.1, 0.2].map((mean) => moved('normal', 10_000, { mean }, { count: MOVED_FEWER })),
  moved('normal', LARGE, { mean: 0.01 }, { count: MOVED_FEWER }),
  moved('normal', 1000, { mean: 0.1 }, { moved: 10, count: MOVED_FEWER }),
  ...[1.1, 1.25].map((scale) => moved('normal', 1000, { scale }, { count: MOVED_FEWER })),
  moved('heavy', 10_000, { mean: 0.5 }, { count: MOVED_FEWER }),
  ...[0.05, 0.1, 0.2].map((share) => moved('few', 1000, { share }, { count: MOVED_FEWER })),
  moved('few', 10_000, { share: 0.1 }, { count: MOVED_FEWER }),
  moved('many', 1000, { share: 0.1 }, { count: MOVED_FEWER }),
  moved('many', 10_000, { share: 0.1 }, { count: MOVED_FEWER }),
  moved('zeros', 1000, { share: 0.1 }, { count: MOVED_FEWER }),
  moved('gaps', 1000, { missing: 0.1 }, { count: MOVED_FEWER }),

  ...[200, 1000].map((rows) => cell({ part: 'whole', kind: 'mixed', rows: [rows, rows], count: LARGER })),
  cell({ part: 'whole', kind: 'correlated', rows: [1000, 1000], count: LARGER }),
];
