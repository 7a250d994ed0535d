/** The words of a store that is made up: names as users of many countries and habits give them. */

export const LONG_NAME = 'nom très long — 很长的名字 — اسم طويل — '.repeat(110).slice(0, 4000);
export const MARKUP_NAME = '<img src=x onerror="window.__xss=1"> & "quotes"';

export const EXPERIMENTS = [
  'Default',
  'fraud',
  'fraud/ablation',
  'churn',
  'demand forecast',
  'vision: résumé scanner',
  'Übersetzung DE→EN',
  '推荐系统',
  '売上予測',
  'прогноз спроса',
  'التعرف على الكلام',
  'זיהוי הונאות',
  'डेटा वर्गीकरण',
  'การจำแนกภาพ',
  '이미지 분류',
  '🧪 tries',
  'a/b/c/d/e/f/g',
  'x',
  ...Array.from({ length: 22 }, (_, index) => `team ${String(index + 1)}`),
] as const satisfies readonly string[];

export const SCRIPTS = [
  'train.py',
  'vision/train_resnet.py',
  'evaluate.py',
  'sweep/grid.py',
  'notebooks/explore.ipynb',
  'nlp/finetune.py',
  'обучение.py',
  '訓練.py',
  'old scripts/train (copy 2).py',
] as const;

export const BRANCHES = ['main', 'feature/focal-loss', 'ada/dropout', 'release-2.1', 'fix/наименования', null] as const;

const BASES = [
  'fraud-rf',
  'resnet50',
  'baseline',
  'kräftig-λ',
  '実験',
  '实验 七',
  'эксперимент',
  'تجربة',
  'ניסוי',
  'प्रयोग',
  '🚀 big one',
  'naïve',
] as const;

/** Each differs from the others by its number. */
export function nameOf(index: number): string {
  return `${BASES[(index * 7) % BASES.length] ?? 'run'} ${String(index)}`;
}

export const MODELS = [
  'RandomForestClassifier',
  'resnet50',
  'xgboost',
  'логистическая регрессия',
  '線形モデル',
] as const;
export const OPTIMIZERS = ['adam', 'sgd', 'lion'] as const;
export const LEARNING_RATES = ['0.1', '0.03', '0.01', '0.003', '0.001', '1e-4'] as const;
export const OWNERS = ['ada', 'grace', 'linus', 'Łucja', '小林'] as const;
export const STAGES = ['baseline', 'candidate', 'champion', 'broken'] as const;
