/** What a model makes of its features, as LightGBM's own file tells it. */
import { expect, it } from 'vitest';
import { splitsOfLightGbm } from '../../src/engine/driftSides/importances';

/** As LightGBM 4.7 writes it, without its trees. */
const file = (importances: string): string => `tree
version=v4
num_class=1
feature_names=amount age=x visits

Tree=0
num_leaves=4

end of trees

feature_importances:
${importances}
parameters:
[boosting: gbdt]
end of parameters
`;

it('is the share of the splits that ask for each', () => {
  expect(splitsOfLightGbm(file('amount=6\nvisits=1\nage=x=1\n'))).toEqual({
    amount: 0.75,
    visits: 0.125,
    'age=x': 0.125,
  });
});

it.each([
  ['no file of LightGBM', 'feature_importances:\namount=6\n'],
  ['one without a split', file('')],
  ['one that is not here', null],
])('is not known of %s', (_, text) => {
  expect(splitsOfLightGbm(text)).toBe(null);
});
