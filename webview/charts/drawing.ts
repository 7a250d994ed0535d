/** One Vega view and what it takes to keep it up to date. */
import { View } from 'vega';
import { dashOf } from './colours';
import { type ChartFrame, valueTicks, xTicks } from './frame';
import { type EndLabel } from './labels';
import { expressions, runtimeOf } from './runtimes';
import { DATA, PADDING, SIGNAL } from './spec';
import { type ChartTheme, colourOf } from './theme';
import { type Tick } from './ticks';

const PIXELS_PER_X_LABEL = 80;
const PIXELS_PER_TIME_LABEL = 90;
const PIXELS_PER_VALUE_LABEL = 36;

/** Where the plot is in its element. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
}

export class Drawing {
  private view: View | null = null;
  private key = '';
  private drawn: ChartFrame | null = null;
  /** Vega's runs are asynchronous and must not overlap: the second would draw the first one's rows. */
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly container: HTMLElement) {}

  /** Calls are done one after the other. */
  draw(frame: ChartFrame, theme: ChartTheme, layout: Layout, labels: readonly EndLabel[]): Promise<void> {
    const drawn = this.running.then(() => this.drawNow(frame, theme, layout, labels));
    this.running = drawn.catch(() => undefined);
    return drawn;
  }

  /** What is drawn, as a document of its own. */
  async toSvg(): Promise<string | null> {
    await this.running;
    return this.view ? this.view.toSVG() : null;
  }

  dispose(): void {
    this.view?.finalize();
    this.view = null;
    this.key = '';
    this.drawn = null;
    this.container.replaceChildren();
  }

  private async drawNow(
    frame: ChartFrame,
    theme: ChartTheme,
    layout: Layout,
    labels: readonly EndLabel[],
  ): Promise<void> {
    if (!this.container.isConnected) return;
    const key = JSON.stringify(frame.shape);
    if (!this.view || key !== this.key) {
      const runtime = await runtimeOf(frame.shape);
      this.dispose();
      this.key = key;
      this.view = new View(runtime, {
        expr: expressions,
        renderer: 'svg',
        container: this.container,
        hover: false,
      });
    }
    fill(this.view, frame, theme, layout);
    if (frame !== this.drawn) {
      // Vega marks the rows it gets as its own: a frame goes in once.
      this.view
        .data(DATA.line, [...frame.line])
        .data(DATA.dots, [...frame.dots])
        .data(DATA.above, [...frame.above])
        .data(DATA.below, [...frame.below]);
      this.drawn = frame;
    }
    if (frame.shape.isMany)
      this.view.data(
        DATA.labels,
        labels.map((label) => ({ ...label })),
      );
    await this.view.runAsync();
  }
}

/** Everything but the rows. */
export function fill(view: View, frame: ChartFrame, theme: ChartTheme, layout: Layout): void {
  const perX = frame.x === 'step' || frame.x === 'value' ? PIXELS_PER_X_LABEL : PIXELS_PER_TIME_LABEL;
  const x = xTicks(frame, Math.ceil(layout.width / perX));
  const y = valueTicks(frame, Math.ceil(layout.height / PIXELS_PER_VALUE_LABEL));
  view
    .width(layout.width)
    .height(layout.height)
    .padding({ ...PADDING, left: layout.left, right: layout.right })
    .signal(SIGNAL.fromX, frame.xs.from)
    .signal(SIGNAL.toX, frame.xs.to)
    .signal(SIGNAL.fromValue, frame.values.from)
    .signal(SIGNAL.toValue, frame.values.to)
    .signal(SIGNAL.xTicks, places(x))
    .signal(SIGNAL.xLabels, labelsOf(x))
    .signal(SIGNAL.yTicks, places(y))
    .signal(SIGNAL.yLabels, labelsOf(y))
    .signal(
      SIGNAL.colours,
      frame.slots.map((slot) => colourOf(theme, slot)),
    )
    .signal(
      SIGNAL.dashes,
      frame.slots.map((slot) => [...dashOf(slot)]),
    )
    .signal(SIGNAL.mark, theme.mark)
    .signal(SIGNAL.label, theme.label)
    .signal(SIGNAL.grid, theme.grid)
    .signal(SIGNAL.font, theme.font)
    .signal(SIGNAL.bandOpacity, theme.bandOpacity);
}

const places = (ticks: readonly Tick[]) => ticks.map(({ at }) => at);
const labelsOf = (ticks: readonly Tick[]) => Object.fromEntries(ticks.map(({ at, label }) => [String(at), label]));

/** A few widths only, so that charts line up. */
const LABEL_ROOMS = [56, 88, 120] as const;
const PIXELS_PER_DIGIT = 7;

/** Pixels for the labels of the values. */
export function labelRoom(frame: ChartFrame, height: number): number {
  const ticks = valueTicks(frame, Math.ceil(height / PIXELS_PER_VALUE_LABEL));
  const longest = Math.max(0, ...ticks.map(({ label }) => label.length));
  return LABEL_ROOMS.find((room) => longest * PIXELS_PER_DIGIT <= room - 8) ?? LABEL_ROOMS[2];
}
