import type { ExecutionProvider } from '../process/protocol.ts';
import type { AssignmentLog } from './assignment.ts';
import type { Profile, ProfiledNode } from './profile.ts';

/** A node that is not computed where it was asked for. */
export interface PlacementException {
  readonly name: string;
  readonly opType: string;
  /** Name of the execution provider in ONNX Runtime. */
  readonly provider: string;
  /** `shape computation`: ONNX Runtime prefers the CPU for it by choice; `no kernel`: it could not do otherwise. */
  readonly reason: 'shape computation' | 'no kernel';
  /** Per run of the model. */
  readonly executions: number;
  /** Per run of the model. */
  readonly milliseconds: number;
}

/** Where ONNX Runtime computes a model, as real runs and its log show it. */
export interface Placement {
  readonly executionProvider: ExecutionProvider;
  /** Whether everything that ran, copies between devices aside, ran on the provider that was asked for. */
  readonly isComplete: boolean;
  readonly runs: number;
  /** Nodes of the optimized graph that ran, by provider, copies between devices left out. */
  readonly ran: Readonly<Record<string, number>>;
  /** Nodes of the optimized graph by provider when it was loaded, also those that no run reached; empty where unknown. */
  readonly assigned: Readonly<Record<string, number>>;
  /** Nodes that ran elsewhere, those that took longest first. */
  readonly exceptions: readonly PlacementException[];
  /** Nodes that were given to another provider and that no run reached. */
  readonly unreached: readonly {
    readonly opType: string;
    readonly name: string;
    readonly provider: string;
  }[];
  /** Nodes that copy a value from one device to the other, per run. */
  readonly copies: { readonly toDevice: number; readonly toHost: number };
  /** Milliseconds per run, each node waited for, so that their sum is more than a run takes otherwise. */
  readonly times: {
    /** Nodes on the provider that was asked for. */
    readonly kernels: number;
    /** Nodes elsewhere. */
    readonly elsewhere: number;
    /** Copies between devices: nodes for it, and feeds and results of the whole run. */
    readonly transfers: number;
    /** The whole run. */
    readonly run: number;
  };
}

/** Names of providers in ONNX Runtime. */
const PROVIDER_NAMES = { cpu: 'CPUExecutionProvider', cuda: 'CUDAExecutionProvider' } as const;

const COPIES = { MemcpyFromHost: 'toDevice', MemcpyToHost: 'toHost' } as const;

/** The time of these is the time of the nodes inside of them. */
const CONTROL_FLOW: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

const isCopy = ({ opType }: ProfiledNode): boolean => Object.hasOwn(COPIES, opType);

/** Puts profile and log together. */
export function summarizePlacement(
  executionProvider: ExecutionProvider,
  profile: Profile,
  log: Pick<AssignmentLog, 'assignments' | 'preferredOnCpu'>,
): Placement {
  const { assignments, preferredOnCpu } = log;
  const { runs } = profile;
  const asked = PROVIDER_NAMES[executionProvider];
  const computing = profile.nodes.filter((node) => !isCopy(node));
  const elsewhere = computing.filter(({ provider }) => provider !== asked);
  const here = computing.filter(({ provider }) => provider === asked);
  const ranElsewhere = new Set(elsewhere.map(({ name, opType }) => `${opType} ${name}`));
  const copies = { toDevice: 0, toHost: 0 };
  for (const { opType, executions } of profile.nodes.filter(isCopy)) {
    copies[COPIES[opType as keyof typeof COPIES]] += executions / runs;
  }
  const exceptions = elsewhere
    .map(({ name, opType, provider, executions, milliseconds }) => ({
      name,
      opType,
      provider,
      reason: preferredOnCpu.has(name) ? ('shape computation' as const) : ('no kernel' as const),
      executions: executions / runs,
      milliseconds: milliseconds / runs,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds || (a.name < b.name ? -1 : 1));
  const feedsAndResults = profile.runMilliseconds - profile.executeMilliseconds;
  return {
    executionProvider,
    isComplete: elsewhere.length === 0,
    runs,
    ran: countBy(computing.map(({ provider }) => [provider, 1])),
    assigned: countBy(assignments.map(({ provider, nodes }) => [provider, nodes])),
    exceptions,
    unreached: assignments
      .filter(({ provider }) => provider !== asked)
      .flatMap(({ provider, listed }) => listed.map((node) => ({ ...node, provider })))
      .filter(({ name, opType }) => !ranElsewhere.has(`${opType} ${name}`)),
    copies,
    times: {
      kernels: milliseconds(here) / runs,
      elsewhere: milliseconds(elsewhere) / runs,
      transfers: (milliseconds(profile.nodes.filter(isCopy)) + feedsAndResults) / runs,
      run: profile.runMilliseconds / runs,
    },
  };
}

function milliseconds(nodes: readonly ProfiledNode[]): number {
  return nodes
    .filter(({ opType }) => !CONTROL_FLOW.has(opType))
    .reduce((total, node) => total + node.milliseconds, 0);
}

function countBy(entries: readonly (readonly [string, number])[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const [key, count] of entries) counts.set(key, (counts.get(key) ?? 0) + count);
  return Object.fromEntries(counts);
}
