/**
 * Moves of aliases and stages through the gates of `loopwright.yaml`. What no row says (what the gate asks, the signatures of
 * those that are compared) is read before; the verdict is the writer's, within the transaction that moves.
 */
import { asksOf, gateFor } from '../../protocol/config/gate';
import { LoopwrightError } from '../../protocol/errors';
import type { GateJudgement } from '../../protocol/registry';
import { type AskedGate, type Judged, type Move, type Reply, STAGES, StaleGate, type Write } from '../clients';
import type { Config } from '../config';
import type { Party } from './gateQueries';

export interface GateParts {
  readonly gates: Config['gates'];
  readonly parties: (move: Move, against: string) => Promise<readonly Party[]>;
  readonly signatures: (parties: readonly Party[]) => Promise<Readonly<Record<number, string | null>>>;
  readonly verdict: (move: Move, asked: AskedGate) => Promise<Judged | null>;
}

/** A gate that others move through at the same time is asked again, not for ever. */
const ATTEMPTS = 4;

export class GateKeeper {
  constructor(private readonly parts: GateParts) {}

  /** @returns null where no gate is in the way */
  async judge(move: Move): Promise<GateJudgement | null> {
    for (let attempt = 1; ; attempt++) {
      const asked = await this.ask(move, false);
      if (!asked) return null;
      const judged = await this.parts.verdict(move, asked);
      if (judged)
        return { asks: asked.gate ? asksOf(asked.gate) : [], against: asked.gate?.against ?? move.to, ...judged };
      if (attempt === ATTEMPTS) throw new LoopwrightError('bad_request', new StaleGate().message);
    }
  }

  /** With what its gate asks for; as it is where none is in the way, which costs a look at the file's times. */
  async prepare(write: Write, past = false): Promise<Write> {
    const move = moveOf(write);
    const gate = move && (await this.ask(move, past));
    return gate ? { ...write, params: { ...write.params, gate } as Write['params'] } : write;
  }

  /** @param tell does it, and answers with what came of it */
  async move(
    write: Write,
    past: boolean,
    tell: (write: Write) => Promise<Reply | undefined>,
  ): Promise<Reply | undefined> {
    for (let attempt = 1; ; attempt++) {
      const reply = await tell(await this.prepare(write, past));
      if (!isStale(reply) || attempt === ATTEMPTS) return reply;
    }
  }

  private async ask(move: Move, past: boolean): Promise<AskedGate | null> {
    const found = await this.parts.gates();
    if ('problem' in found) return { gate: null, problem: found.problem, signatures: {}, past };
    const gate = gateFor(found.gates, move.name, move.to);
    if (!gate) return null;
    const parties = gate.signature === 'unchanged' ? await this.parts.parties(move, gate.against) : [];
    const signatures = parties.length > 0 ? await this.parts.signatures(parties) : {};
    return { gate, problem: null, signatures, past };
  }
}

export const isStale = (reply: Reply | undefined): boolean =>
  reply !== undefined && 'refused' in reply && reply.refused.gate === 'stale';

/** @returns null for what moves nothing, and for a stage that there is not: that is refused where it is done */
function moveOf({ method, params }: Write): Move | null {
  if (method !== 'registry/setAlias' && method !== 'registry/transition') return null;
  if (!('version' in params) || !('name' in params)) return null;
  const { name, version } = params;
  if ('alias' in params) return { name, version, kind: 'alias', to: params.alias };
  const asked = 'stage' in params ? params.stage.toLowerCase() : '';
  const stage = STAGES.find((one) => one.toLowerCase() === asked);
  return stage ? { name, version, kind: 'stage', to: stage } : null;
}
