/** The tables of the study, in Markdown. Pure. */

/** @typedef {import('./study.mjs').Found} Found */
/** @typedef {import('./study.mjs').Said} Said */

const Z = 1.96;

/** Wilson, "Probable inference, the law of succession, and statistical inference", 1927: 95 %. @returns {[number, number]} */
export function wilson(/** @type {number} */ hits, /** @type {number} */ all) {
  const share = hits / all;
  const middle = (share + Z ** 2 / (2 * all)) / (1 + Z ** 2 / all);
  const half = (Z / (1 + Z ** 2 / all)) * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const percent = (/** @type {number} */ share) => {
  const value = share * 100;
  return value === 0 || value === 100 || value >= 10 ? value.toFixed(0) : value.toFixed(1);
};

/** How often something was said, and between what it lies. @param {readonly Said[]} said @param {(one: Said) => boolean} is */
function often(said, is) {
  if (said.length === 0) return '';
  const hits = said.filter(is).length;
  const [low, high] = wilson(hits, said.length);
  return `${percent(hits / said.length)} (${percent(low)}–${percent(high)})`;
}

/** @param {readonly Said[]} said @param {number} features */
const meanShare = (said, features) =>
  said.length === 0 ? '' : percent(said.reduce((sum, one) => sum + one.drifting.length, 0) / (said.length * features));

const anyOf = (/** @type {Said} */ { drifting }) => drifting.length > 0;
const rowsOf = (/** @type {Found} */ { cell: { rows } }) =>
  [...new Set(rows)].map((count) => count.toLocaleString('en')).join(' + ');

/** @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const isStill = (/** @type {Found} */ { cell }) => cell.moved === 0;

/** @param {readonly Found[]} found */
const ofStable = (found) =>
  table(
    [
      ...['data', 'rows', 'features', 'n', 'ours: any', 'features', 'Evidently: any', 'data set', 'features'],
      ...['NannyML: any', 'features', 'chunks'],
    ],
    found.filter(isStill).map((one) => {
      const { cell, loopwright, evidently, nannyml } = one;
      const shareOf = (/** @type {Said[]} */ said) => meanShare(said, cell.features);
      return [
        ...[cell.data, rowsOf(one), cell.features, cell.count],
        ...[often(loopwright, anyOf), shareOf(loopwright)],
        ...[often(evidently, anyOf), percent(evidently.filter((said) => said.drift).length / cell.count)],
        shareOf(evidently),
        ...[often(nannyml, anyOf), shareOf(nannyml)],
        percent(nannyml.reduce((sum, { chunks = 0 }) => sum + chunks, 0) / cell.count),
      ];
    }),
  );

/** What its mean moves by, where it is no standard deviation of its own. @type {Readonly<Record<string, string>>} */
const UNITS = { lognormal: 'of its logarithm', heavy: 'of its scale', seasonal: 'deviations of a day' };

/** @type {Readonly<Record<string, (by: number, kind: string) => string>>} */
const MOVES = {
  mean: (by, kind) => `by ${by} ${UNITS[kind] ?? 'deviations'}`,
  scale: (by) => `wider, ${by} times`,
  share: (by) => `a share, by ${percent(by)} %`,
  missing: (by) => `missing, by ${percent(by)} %`,
};

/** Of the features that move, how many are found, and of the others how many are said to move. @param {readonly Found[]} found */
const ofMoved = (found) =>
  table(
    ['data', 'rows', 'moves', 'of', 'n', 'ours', 'Evidently', 'NannyML', 'others: ours', 'Evidently', 'NannyML'],
    found
      .filter((one) => !isStill(one))
      .map((one) => {
        const { cell, loopwright, evidently, nannyml } = one;
        const { moved, features } = cell;
        const isMoved = (/** @type {string} */ name) => Number(name.slice(1)) < moved;
        const hits = (/** @type {Said[]} */ said) =>
          said.reduce((sum, { drifting }) => sum + drifting.filter(isMoved).length, 0) / (said.length * moved);
        const others = (/** @type {Said[]} */ said) =>
          features === moved
            ? ''
            : percent(
                said.reduce((sum, { drifting }) => sum + drifting.filter((name) => !isMoved(name)).length, 0) /
                  (said.length * (features - moved)),
              );
        const [how] = Object.entries(cell.move).map(([name, by]) => MOVES[name]?.(by, cell.kind) ?? name);
        const all = [loopwright, evidently, nannyml];
        return [
          ...[cell.data, rowsOf(one), how ?? '', `${moved} of ${features}`, cell.count],
          ...all.map((said) => percent(hits(said))),
          ...all.map(others),
        ];
      }),
  );

/** @param {readonly Found[]} found */
const ofWhole = (found) =>
  table(
    ['data', 'rows', 'features', 'n', 'any feature', 'all together', 'the table'],
    found.map((one) => {
      const { cell, loopwright } = one;
      return [
        ...[cell.data, rowsOf(one), cell.features, cell.count],
        ...[often(loopwright, anyOf), often(loopwright, (said) => said.whole === true)],
        often(loopwright, (said) => said.drift),
      ];
    }),
  );

/** @param {readonly Found[]} found @returns {string} what stands between the markers of the document */
export function tablesOf(found) {
  const of = (/** @type {string} */ part) => found.filter(({ cell }) => cell.part === part);
  return [
    ...['### Nothing has moved', ofStable(of('stable'))],
    ...['### A window of a longer reference', ofStable(of('windows')), ofMoved(of('windows'))],
    ...['### Something has moved', ofMoved(of('moved'))],
    ...['### All features together', ofWhole(of('whole'))],
  ].join('\n\n');
}
