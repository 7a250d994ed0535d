/**
 * Gates of `loopwright.yaml` asked of the rows of the store. The writer's thread asks them within the transaction that moves
 * the alias or the stage, so that nothing which goes through the store comes between the verdict and the move.
 */
import type { Database } from 'better-sqlite3';
import { type Gate, type GateVerdict } from '../../protocol/config/gate';
import { type Approval, judge, type JudgedVersion, unreadableGates } from '../config';
import { GateRefusal, StaleGate } from './refusal';

/** An alias or a stage that is to be a version's. */
export interface Move {
  readonly name: string;
  readonly version: number;
  readonly kind: 'alias' | 'stage';
  readonly to: string;
}

/** What has to be known of a gate that no row says. */
export interface AskedGate {
  /** Null while the file has the problem, so that nobody knows what it asks. */
  readonly gate: Gate | null;
  readonly problem: string | null;
  /** Of the versions that are compared, by their numbers, as far as the gate asks for them. */
  readonly signatures: Readonly<Record<number, string | null>>;
  /** Whether the version moves although the gate fails. */
  readonly past: boolean;
}

export interface Judged {
  readonly verdict: GateVerdict;
  readonly comparedWith: number | null;
}

/** A verdict is kept with the version: what a file makes of it is bounded. */
const MAX_CHECKS = 50;
const MAX_TEXT = 300;

interface VersionIds {
  readonly run_id: string | null;
  readonly model_id: string | null;
  readonly digest: string | null;
}

export class Gates {
  private readonly statements;

  constructor(db: Database) {
    const values = (sql: string) => db.prepare<[string], [string, number | null]>(sql).raw();
    this.statements = {
      ids: db.prepare<[string, number], VersionIds>(
        'SELECT run_id, model_id, digest FROM model_versions WHERE name = ? AND version = ?',
      ),
      alias: db
        .prepare<[string, string], number>('SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?')
        .pluck(),
      atStage: db
        .prepare<[string, string, number], number>(
          `SELECT version FROM model_versions WHERE name = ? AND stage = ? AND deleted_ms IS NULL
           ORDER BY version = ? DESC, version DESC LIMIT 1`,
        )
        .pluck(),
      former: db
        .prepare<[string, string, string, number], number>(
          `SELECT e.version FROM registry_events e JOIN model_versions v
             ON v.name = e.name AND v.version = e.version AND v.deleted_ms IS NULL
           WHERE e.name = ? AND e.what = ? AND e.detail = ? AND e.version <> ? ORDER BY e.ordinal DESC LIMIT 1`,
        )
        .pluck(),
      runMetrics: values('SELECT key, last FROM metrics WHERE run_seq = (SELECT run_seq FROM runs WHERE run_id = ?)'),
      // Of one that was logged for several data sets, or by several runs, what was logged last.
      modelMetrics: values('SELECT key, value FROM logged_model_metrics WHERE model_id = ? ORDER BY logged_ms, step'),
      tags: db
        .prepare<[string, number], [string, string]>(
          'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?',
        )
        .raw(),
      approvals: db.prepare<[string, number], Approval>(
        `SELECT by, at_ms AS atMs, digest FROM model_version_approvals WHERE name = ? AND version = ?
         ORDER BY at_ms DESC, by`,
      ),
    };
  }

  /** Whether the version is there already: then nothing moves. */
  isThere({ name, version, kind, to }: Move): boolean {
    return kind === 'alias'
      ? this.statements.alias.get(name, to) === version
      : this.statements.atStage.get(name, to, version) === version;
  }

  /**
   * Whom a version is compared with: the one that has the alias or the stage, else the one that had it last, so that taking
   * it away first makes no way around the gate. The kind of the move goes before the other where a name could be both.
   */
  incumbent({ name, version, kind }: Move, against: string): number | null {
    const ofAlias = () =>
      this.statements.alias.get(name, against) ?? this.statements.former.get(name, 'aliasSet', against, version);
    const ofStage = () =>
      this.statements.atStage.get(name, against, version) ??
      this.statements.former.get(name, 'stage', against, version);
    return (kind === 'alias' ? (ofAlias() ?? ofStage()) : (ofStage() ?? ofAlias())) ?? null;
  }

  /** @throws StaleGate if whom it is compared with has changed since the signatures were read */
  judge(move: Move, { gate, problem, signatures }: AskedGate, nowMs: number): Judged {
    if (!gate) return { verdict: bounded(unreadableGates(problem ?? "It can't be read.")), comparedWith: null };
    const comparedWith = this.incumbent(move, gate.against);
    const compared = [move.version, ...(comparedWith === null ? [] : [comparedWith])];
    if (gate.signature === 'unchanged' && compared.some((version) => !(version in signatures))) throw new StaleGate();
    const facts = (version: number) => this.factsOf(move.name, version, signatures[version] ?? null);
    const verdict = judge(
      gate,
      facts(move.version),
      comparedWith === null ? null : facts(comparedWith),
      this.statements.approvals.all(move.name, move.version),
      nowMs,
    );
    return { verdict: bounded(verdict), comparedWith };
  }

  /** @returns what is to be kept with the move, if a gate was asked. @throws GateRefusal if it fails, StaleGate */
  pass(move: Move, asked: AskedGate | undefined, nowMs: number): { readonly verdict?: GateVerdict } {
    if (!asked || this.isThere(move)) return {};
    const { verdict } = this.judge(move, asked, nowMs);
    if (verdict.passed || asked.past) return { verdict };
    throw new GateRefusal(refusalOf(move, verdict));
  }

  private factsOf(name: string, version: number, signature: string | null): JudgedVersion {
    const ids = this.statements.ids.get(name, version);
    const runId = ids?.run_id ?? null;
    const modelId = ids?.model_id ?? null;
    const logged = [
      ...(runId === null ? [] : this.statements.runMetrics.all(runId)),
      ...(modelId === null ? [] : this.statements.modelMetrics.all(modelId)),
    ];
    return {
      version,
      metrics: new Map(logged.map(([key, value]) => [key, value ?? Number.NaN])),
      tags: new Map(this.statements.tags.all(name, version)),
      signature,
      digest: ids?.digest ?? null,
    };
  }
}

function bounded({ passed, checks }: GateVerdict): GateVerdict {
  const cut = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text);
  // Those that failed are why it is kept.
  const shown = [...checks.filter((check) => !check.passed), ...checks.filter((check) => check.passed)];
  const kept = new Set(shown.slice(0, MAX_CHECKS));
  return {
    passed,
    checks: checks
      .filter((check) => kept.has(check))
      .map((check) => ({ ...check, name: cut(check.name), text: cut(check.text) })),
  };
}

const NAMED = 10;

function refusalOf({ name, version, kind, to }: Move, { checks }: GateVerdict): string {
  const failed = checks.filter(({ passed }) => !passed).map(({ text }) => text);
  const more = failed.length > NAMED ? [`${String(failed.length - NAMED)} more`] : [];
  const text = [...failed.slice(0, NAMED), ...more].join('; ');
  const why = /[.?!…]$/.test(text) ? text : `${text}.`;
  const of = `${name}/${String(version)}`;
  const words = `loopwright models ${kind} ${/\s/.test(of) ? `"${of}"` : of} ${to} --past-gate --why "…"`;
  return `${name} v${String(version)} does not pass the gate of ${to}: ${why} To move it all the same takes a written reason: ${words}`;
}
