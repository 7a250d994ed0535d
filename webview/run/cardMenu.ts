/** What the menu of a chart offers beside what every chart has, and what its entries mean. Pure. */
import { type ChartLayout, type ChartSettings, type PinnedChart } from '../../src/protocol/pages/charts';
import { type MenuItem } from '../ui/menuItem';
import { movePin, type PlannedChart, removeFromChart, togglePin } from './chartPlan';

export type CardChange =
  | { readonly kind: 'add' }
  | { readonly kind: 'layout'; readonly pinned: (pinned: readonly PinnedChart[], id: string) => PinnedChart[] }
  | { readonly kind: 'settings'; readonly settings: Partial<ChartSettings> | null };

const REMOVE = 'remove:';
const MAX_NAME = 60;

export function cardItems(
  { id, summaries, isPinned }: PlannedChart,
  { pinned, settings }: ChartLayout,
  override: Partial<ChartSettings>,
): MenuItem[] {
  const at = pinned.findIndex(({ keys }) => keys[0] === id);
  const { axis, log, smoothing } = { ...settings, ...override };
  const hasOwn = Object.keys(override).length > 0;
  return [
    { id: 'pin', label: isPinned ? 'Unpin' : 'Pin on Top' },
    ...(isPinned
      ? [
          { id: 'left', label: 'Move Left', disabled: at <= 0 },
          { id: 'right', label: 'Move Right', disabled: at >= pinned.length - 1 },
        ]
      : []),
    { id: 'add', label: 'Add Metric to Chart…', isFirstOfGroup: true },
    ...summaries.slice(1).map(({ key }) => ({ id: `${REMOVE}${key}`, label: `Remove ${key.slice(0, MAX_NAME)}` })),
    { id: 'log', label: 'Logarithmic Values', checked: log, isFirstOfGroup: true },
    { id: 'raw', label: 'Without Smoothing', checked: smoothing === 0, disabled: smoothing === 0 && !hasOwn },
    { id: axis.by === 'time' ? 'step' : 'time', label: axis.by === 'time' ? 'Along Steps' : 'Along Time' },
    { id: 'same', label: 'As All Charts', disabled: !hasOwn },
  ].map((item) => (item.id === 'log' ? { ...item, id: log ? 'linear' : 'log' } : item));
}

export function changeOf(id: string): CardChange | null {
  if (id.startsWith(REMOVE)) {
    const key = id.slice(REMOVE.length);
    return { kind: 'layout', pinned: (pinned, chart) => removeFromChart(pinned, chart, key) };
  }
  return Object.hasOwn(CHANGES, id) ? (CHANGES[id] ?? null) : null;
}

const CHANGES: Readonly<Record<string, CardChange>> = {
  add: { kind: 'add' },
  pin: { kind: 'layout', pinned: togglePin },
  left: { kind: 'layout', pinned: (pinned, id) => movePin(pinned, id, -1) },
  right: { kind: 'layout', pinned: (pinned, id) => movePin(pinned, id, 1) },
  log: { kind: 'settings', settings: { log: true } },
  linear: { kind: 'settings', settings: { log: false } },
  raw: { kind: 'settings', settings: { smoothing: 0 } },
  step: { kind: 'settings', settings: { axis: { by: 'step' } } },
  time: { kind: 'settings', settings: { axis: { by: 'time' } } },
  same: { kind: 'settings', settings: null },
};
