/**
 * One Vega view and what it takes to keep it up to date. Expressions are interpreted, never compiled to code: the
 * pages' content-security policy forbids `eval`.
 */
import { parse, type Runtime, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { type ChartFrame, type ChartShape } from './frame';
import { DATA, metricSpec, SIGNAL } from './spec';
import { type ChartTheme } from './theme';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shapes and themes are few, charts are many: each pair is compiled once. */
const runtimes = new Map<string, Runtime>();
const MAX_RUNTIMES = 24;

export class Drawing {
  private view: View | null = null;
  private key = '';
  private drawn: ChartFrame | null = null;
  /** Vega's runs are asynchronous and must not overlap: the second would draw the first one's rows. */
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly container: HTMLElement) {}

  /** Draws `frame` on a plot of `size`, axes not counted. Calls are done one after the other. */
  draw(frame: ChartFrame, theme: ChartTheme, size: Size): Promise<void> {
    const drawn = this.running.then(() => this.drawNow(frame, theme, size));
    this.running = drawn.catch(() => undefined);
    return drawn;
  }

  /** The pixel of a value, counted from the plot's top; null as long as nothing is drawn. */
  valuePixel(value: number): number | null {
    if (!this.view) return null;
    const scale = this.view.scale('y') as (value: number) => number;
    const pixel = scale(value);
    return Number.isFinite(pixel) ? pixel : null;
  }

  dispose(): void {
    this.view?.finalize();
    this.view = null;
    this.key = '';
    this.drawn = null;
    this.container.replaceChildren();
  }

  private async drawNow(frame: ChartFrame, theme: ChartTheme, size: Size): Promise<void> {
    if (!this.container.isConnected) return;
    const key = JSON.stringify([frame.shape, theme]);
    if (!this.view || key !== this.key) {
      this.dispose();
      this.key = key;
      this.view = new View(runtimeFor(key, frame.shape, theme), {
        expr: expressionInterpreter,
        renderer: 'svg',
        container: this.container,
        hover: false,
      });
    }
    this.view
      .width(size.width)
      .height(size.height)
      .signal(SIGNAL.fromStep, frame.steps.from)
      .signal(SIGNAL.toStep, frame.steps.to)
      .signal(SIGNAL.fromValue, frame.values.from)
      .signal(SIGNAL.toValue, frame.values.to);
    if (frame !== this.drawn) {
      // Vega marks the rows it gets as its own: a frame goes in once.
      this.view
        .data(DATA.line, [...frame.line])
        .data(DATA.dots, [...frame.dots])
        .data(DATA.above, [...frame.above])
        .data(DATA.below, [...frame.below]);
      this.drawn = frame;
    }
    await this.view.runAsync();
  }
}

function runtimeFor(key: string, shape: ChartShape, theme: ChartTheme): Runtime {
  const known = runtimes.get(key);
  if (known) return known;
  if (runtimes.size >= MAX_RUNTIMES) runtimes.clear();
  const spec: Spec = compile(metricSpec(shape, theme)).spec;
  const runtime = parse(spec, { events: { bind: 'none' } }, { ast: true });
  runtimes.set(key, runtime);
  return runtime;
}
