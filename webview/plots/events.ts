/** What the plots of whole runs tell their owner. */
import { type Brushes } from './parallelLines';

/** The user wants to see this run. */
export class PickEvent extends Event {
  static readonly type = 'lw-pick';
  constructor(readonly id: string) {
    super(PickEvent.type, { bubbles: true, composed: true });
  }
}

/** Another choice of axes, or another order of them; ids of `PlotAxis`. */
export class AxesEvent extends Event {
  static readonly type = 'lw-axes';
  constructor(readonly ids: readonly string[]) {
    super(AxesEvent.type, { bubbles: true, composed: true });
  }
}

export class BrushesEvent extends Event {
  static readonly type = 'lw-brushes';
  constructor(readonly brushes: Brushes) {
    super(BrushesEvent.type, { bubbles: true, composed: true });
  }
}

export class AxisTypeEvent extends Event {
  static readonly type = 'lw-axis-type';
  constructor(
    readonly id: string,
    readonly axisType: 'linear' | 'log' | 'category',
  ) {
    super(AxisTypeEvent.type, { bubbles: true, composed: true });
  }
}
