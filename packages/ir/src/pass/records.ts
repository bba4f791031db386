import type { Decision, Guarantee, Proposal } from './pass.ts';
import type { ModelStatistics } from './statistics.ts';

/** What became of one proposal: the line of a report, an audit log and a dry run alike. */
export interface PatchRecord {
  readonly pass: string;
  readonly name: string;
  /** The nodes it is about, the first 100 of them. */
  readonly nodes: readonly string[];
  /** How many nodes it is about; only there when that is more than are listed. */
  readonly nodeCount?: number;
  readonly decision: Decision;
  readonly reason: string;
  readonly guarantee?: Guarantee;
  readonly scores: Readonly<Record<string, number>>;
}

/** One run of one pass. */
export interface PassRecord {
  readonly pass: string;
  /** Where it stands in the pipeline: `2` is the second step, `2.1` the first pass of the group that is the second step. */
  readonly place: string;
  /** Which run of the pass at this place it is, from 1; more than one happens in `repeat` alone. */
  readonly run: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** Without the time that verifying took. */
  readonly milliseconds: number;
  readonly verifyMilliseconds: number;
  readonly before: ModelStatistics;
  readonly after: ModelStatistics;
  readonly decisions: Readonly<Record<Decision, number>>;
  /** What the pass has counted itself. */
  readonly counters: Readonly<Record<string, number>>;
  /** All that was applied or reverted, and the first 10,000 of what was refused. */
  readonly patches: readonly PatchRecord[];
}

/** A graph may have a million nodes, and a record is for reading. */
export const MOST_NODES = 100;
export const MOST_REFUSALS = 10_000;

/** All runs of the pass at one place of a pipeline together. */
export interface InstanceStatistics {
  readonly place: string;
  readonly pass: string;
  readonly runs: number;
  readonly milliseconds: number;
  readonly verifyMilliseconds: number;
  readonly decisions: Readonly<Record<Decision, number>>;
  readonly counters: Readonly<Record<string, number>>;
  /** What it added to the model, less what it took away. */
  readonly change: ModelStatistics;
}

/** Adds up the runs of each pass of a pipeline, in the order in which the passes were first run. */
export function instanceStatistics(records: readonly PassRecord[]): InstanceStatistics[] {
  const instances = new Map<string, InstanceStatistics>();
  for (const record of records) {
    const { place, pass, milliseconds, verifyMilliseconds, decisions, counters, before, after } = record;
    const one = {
      place,
      pass,
      runs: 1,
      milliseconds,
      verifyMilliseconds,
      decisions,
      counters,
      change: {
        nodes: after.nodes - before.nodes,
        parameters: after.parameters - before.parameters,
        bytes: after.bytes - before.bytes,
      },
    };
    const sum = instances.get(place);
    instances.set(place, sum === undefined ? one : addUp(sum, one));
  }
  return [...instances.values()];
}

/** @param scores of the decision, beside those of the proposal */
export function patchRecord(
  pass: string,
  proposal: Proposal,
  decision: Decision,
  reason: string,
  scores: Readonly<Record<string, number>>,
): PatchRecord {
  const { name, nodes } = proposal;
  return {
    pass,
    name,
    nodes: nodes.slice(0, MOST_NODES),
    ...(nodes.length > MOST_NODES ? { nodeCount: nodes.length } : {}),
    decision,
    reason,
    ...(proposal.kind === 'patch' ? { guarantee: proposal.guarantee } : {}),
    scores: { ...proposal.scores, ...scores },
  };
}

function addUp(a: InstanceStatistics, b: InstanceStatistics): InstanceStatistics {
  return {
    ...a,
    runs: a.runs + b.runs,
    milliseconds: a.milliseconds + b.milliseconds,
    verifyMilliseconds: a.verifyMilliseconds + b.verifyMilliseconds,
    decisions: addFields(a.decisions, b.decisions),
    counters: addFields(a.counters, b.counters),
    change: addFields(a.change, b.change),
  };
}

function addFields<Figures extends object>(a: Figures, b: Figures): Figures {
  const sums = new Map<string, number>(Object.entries(a));
  for (const [name, value] of Object.entries(b)) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  return { ...a, ...Object.fromEntries(sums) };
}
