import { SenteiError } from '@sentei/ir';
import { z } from 'zod';

/** A node of ONNX Runtime's optimized graph, as often as its profile has it. */
export interface ProfiledNode {
  readonly name: string;
  readonly opType: string;
  /** Name of the execution provider in ONNX Runtime, such as `CUDAExecutionProvider`. */
  readonly provider: string;
  /** How often it ran; a node inside of a loop runs more than once per run of the model. */
  readonly executions: number;
  /** Milliseconds of all executions together; that of `If`, `Loop` and `Scan` includes their bodies. */
  readonly milliseconds: number;
}

/** What ONNX Runtime's profile says about some runs of a model. */
export interface Profile {
  /** Runs that count: all but the first, which warms up, unless there is only one. */
  readonly runs: number;
  readonly nodes: readonly ProfiledNode[];
  /** Milliseconds of all runs together, copies of feeds and results included. */
  readonly runMilliseconds: number;
  /** Milliseconds of all runs together from the first node to the last: without copies of feeds and results. */
  readonly executeMilliseconds: number;
}

const event = z.object({
  cat: z.string(),
  name: z.string(),
  dur: z.number().min(0).default(0),
  ts: z.number().default(0),
  args: z
    .object({
      op_name: z.string().optional(),
      provider: z.string().optional(),
      node_index: z.string().optional(),
    })
    .optional(),
});

type Event = z.output<typeof event>;

const NODE_SUFFIX = '_kernel_time';

/**
 * Reads a profile of ONNX Runtime, which has the form of Chrome's trace events: durations in microseconds.
 *
 * @throws SenteiError `runtime-failed` when it has another form or no run
 */
export function readProfile(text: string): Profile {
  const events = parseEvents(text);
  const all = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run');
  const runs = all.length > 1 ? all.slice(1) : all;
  const start = runs[0]?.ts;
  if (start === undefined) throw malformed('it has no run of the model');
  const executions = events.filter(({ name }) => name === 'SequentialExecutor::Execute');
  const nodes = new Map<string, { -readonly [Key in keyof ProfiledNode]: ProfiledNode[Key] }>();
  for (const { cat, name, dur, ts, args } of events) {
    if (cat !== 'Node' || ts < start || !name.endsWith(NODE_SUFFIX) || args?.provider === undefined) continue;
    const node = name.slice(0, -NODE_SUFFIX.length);
    const { provider, op_name: opType = 'unknown', node_index: index } = args;
    const key = JSON.stringify([node, opType, provider, index]);
    const known = nodes.get(key);
    if (known === undefined) {
      nodes.set(key, { name: node, opType, provider, executions: 1, milliseconds: dur / 1000 });
    } else {
      known.executions += 1;
      known.milliseconds += dur / 1000;
    }
  }
  const inside = (run: Event): number =>
    executions
      .filter(({ ts, dur }) => ts >= run.ts && ts + dur <= run.ts + run.dur)
      // Subgraphs are executed inside of the graph that has them, which therefore takes longest.
      .reduce((longest, { dur }) => Math.max(longest, dur), 0);
  return {
    runs: runs.length,
    nodes: [...nodes.values()],
    runMilliseconds: sum(runs.map(({ dur }) => dur)) / 1000,
    executeMilliseconds: sum(runs.map(inside)) / 1000,
  };
}

function parseEvents(text: string): Event[] {
  try {
    return z.array(event).parse(JSON.parse(text));
  } catch (cause) {
    throw malformed('it is no list of events', cause);
  }
}

function malformed(fault: string, cause?: unknown): SenteiError {
  return new SenteiError('runtime-failed', `ONNX Runtime's profile cannot be used: ${fault}`, { cause });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
