import { type Executor, Graph, Model, Node, SenteiError, Tensor, tensorType, Value } from '@sentei/ir';
import type { Batch } from './plan-batches.ts';

/** Values computed in one run at most. */
const LARGEST_RUN = 1024;
/** Runs for one batch at most: every failure takes some more to find out what is at fault. */
const MOST_RUNS = 64;

export interface Computed {
  readonly tensors: ReadonlyMap<Value, Tensor>;
  /** Why a value could not be computed. */
  readonly failures: ReadonlyMap<Value, string>;
}

/**
 * Computes values of a batch. Where a run fails, its values are tried in halves until the one at fault is found, so that it
 * alone is left out.
 *
 * @throws SenteiError `cancelled`
 */
export async function computeResults(
  batch: Batch,
  values: readonly Value[],
  executor: Executor,
  signal: AbortSignal | undefined,
): Promise<Computed> {
  const tensors = new Map<Value, Tensor>();
  const failures = new Map<Value, string>();
  const pending: (readonly Value[])[] = [];
  for (let i = 0; i < values.length; i += LARGEST_RUN) pending.push(values.slice(i, i + LARGEST_RUN));
  pending.reverse();
  let runs = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (runs++ >= MOST_RUNS) {
      for (const value of part) failures.set(value, `given up after ${MOST_RUNS} runs`);
      continue;
    }
    try {
      const outputs = await executor.run(modelOf(batch, part), new Map(), signal);
      for (const value of part) collect(value, batch, outputs, tensors, failures);
    } catch (error) {
      if (signal?.aborted || (error instanceof SenteiError && error.code === 'cancelled')) throw error;
      const [only] = part;
      const half = Math.ceil(part.length / 2);
      if (part.length > 1) pending.push(part.slice(half), part.slice(0, half));
      else if (only !== undefined) failures.set(only, error instanceof Error ? error.message : String(error));
    }
  }
  return { tensors, failures };
}

function collect(
  value: Value,
  { copies, results }: Batch,
  outputs: ReadonlyMap<string, Tensor>,
  tensors: Map<Value, Tensor>,
  failures: Map<Value, string>,
): void {
  const tensor = outputs.get(copies.get(value)?.name ?? '');
  const expected = results.get(value);
  if (tensor === undefined || expected === undefined) failures.set(value, 'the executor gave no such output');
  else if (tensor.dataType !== expected.dataType || `${tensor.dims}` !== `${expected.dims}`) {
    const [found, wanted] = [tensor, expected].map(({ dataType, dims }) => `${dataType}[${dims}]`);
    failures.set(value, `the executor gave ${found} where inference says ${wanted}`);
  } else tensors.set(value, tensor);
}

/** What some values of a batch depend on, as a model that returns them. */
function modelOf({ model, copies, results }: Batch, values: readonly Value[]): Model {
  const wanted = new Set<Value>();
  for (const value of values) {
    const copy = copies.get(value);
    if (copy !== undefined) wanted.add(copy);
  }
  const needed = new Set<Value>(wanted);
  const nodes: Node[] = [];
  for (const node of model.graph.nodesBackwards()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input !== null) needed.add(input);
  }
  const graph = new Graph('constants');
  const twins = new Map<Value, Value>();
  for (const value of model.graph.initializers) {
    if (value.tensor !== undefined && needed.has(value))
      twins.set(value, graph.addInitializer(new Value(value.name), inlined(value.tensor)));
  }
  for (const node of nodes.reverse()) {
    const inputs = node.inputs.map((value) => value && (twins.get(value) ?? null));
    const outputs = node.outputs.map((value) => new Value(value.name));
    for (const [i, value] of node.outputs.entries()) {
      const twin = outputs[i];
      if (twin !== undefined) twins.set(value, twin);
    }
    graph.append(new Node(node.opType, inputs, outputs, { attributes: node.attributes }));
  }
  const outputs = values.flatMap((value) => {
    const copy = copies.get(value);
    const twin = copy && twins.get(copy);
    const result = results.get(value);
    if (twin !== undefined && result !== undefined) twin.type = tensorType(result.dataType, result.dims);
    return twin ?? [];
  });
  graph.setOutputs(outputs);
  return new Model(graph, model.opsetImports, model.irVersion);
}

/** An executor gets one model in memory, away from the folder of its external data. */
function inlined(tensor: Tensor): Tensor {
  if (tensor.external === undefined) return tensor;
  return Tensor.fromBytes(tensor.dataType, tensor.dims, tensor.bytes());
}
