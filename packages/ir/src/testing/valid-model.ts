import fc from 'fast-check';
import { readModelBytes } from '../codec/read-model.ts';
import { writeModelBytes } from '../codec/write-model.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { isTensorType, type Shape, tensorType } from '../graph/type.ts';
import { describeModel } from './describe-model.ts';
import { ARITHMETIC, type Step } from './models/arithmetic.ts';
import { CONTROL_FLOW, LOCAL_DOMAIN } from './models/control-flow.ts';
import { localFunctions } from './models/functions.ts';
import { MOVEMENT } from './models/movement.ts';
import { type Item, Pool } from './models/pool.ts';

/** What `validModel` may put into a model. */
export interface ValidModelOptions {
  /** Most steps, of one to six nodes each; 10 by default. */
  readonly maxSteps?: number;
  /** Whether `If`, `Loop` and calls of model-local functions occur; they do by default. */
  readonly controlFlow?: boolean;
}

interface Recipe {
  readonly opset: number;
  readonly symbolic: boolean;
  readonly flag: boolean;
  readonly described: boolean;
  readonly steps: readonly { readonly kind: string; readonly a: number; readonly b: number }[];
}

const STEPS: Readonly<Record<string, Step>> = { ...ARITHMETIC, ...MOVEMENT, ...CONTROL_FLOW };

/**
 * Well-typed models that a runtime can run: arithmetic with broadcasting, products, reshapes and shape chains, slices,
 * reductions, norms, casts, subgraphs with captures, functions, shared and repeated initializers, duplicates, dead code,
 * inputs left out, and a symbolic batch axis. Every value is declared with its type, no number overflows, and no result
 * hangs on the last bit of another. Inputs: `x` of shape `[batch, 3]`, `y` of shape `[batch, 2, 4]`, and at times
 * `indices` (int64) and `flag` (bool). Each value is a model of its own, which whoever gets it may change.
 */
export function validModel(options: ValidModelOptions = {}): fc.Arbitrary<Model> {
  const { maxSteps = 10, controlFlow = true } = options;
  const kinds = Object.keys(controlFlow ? STEPS : { ...ARITHMETIC, ...MOVEMENT });
  const step = fc.record({ kind: fc.constantFrom(...kinds), a: fc.nat({ max: 30 }), b: fc.nat({ max: 30 }) });
  return fc
    .record({
      opset: fc.constantFrom(18, 19, 20, 21),
      symbolic: fc.boolean(),
      flag: fc.boolean(),
      described: fc.boolean(),
      steps: fc.array(step, { minLength: 1, maxLength: maxSteps }),
    })
    .map(buildModel);
}

function buildModel({ opset, symbolic, flag, described, steps }: Recipe): Model {
  const graph = new Graph('random');
  const batch = symbolic ? 'batch' : 2;
  const input = (name: string, shape: Shape): Item => {
    const value = graph.newValue(name, tensorType('float32', shape));
    graph.inputs.push(value);
    return { value, shape, bound: 2 };
  };
  const items = [input('x', [batch, 3]), input('y', [batch, 2, 4])];
  const flagValue = flag ? graph.newValue('flag', tensorType('bool', [])) : undefined;
  const indices = symbolic && flag ? graph.newValue('indices', tensorType('int64', ['batch', 3])) : undefined;
  for (const extra of [flagValue, indices]) if (extra !== undefined) graph.inputs.push(extra);
  const pool = new Pool(new GraphBuilder(graph), items, flagValue, indices);
  const outputs: Item[] = [];
  for (const { kind, a, b } of steps) {
    const made = STEPS[kind]?.(pool, pool.pick(a), b) ?? [];
    pool.items.push(...made);
    if (a % 4 === 0) outputs.push(...made.slice(-1));
  }
  const last = pool.items.at(-1);
  if (last !== undefined && pool.items.length > items.length) outputs.push(last);
  if (outputs.length === 0) outputs.push(pool.apply('Neg', [pool.pick(0).value], pool.pick(0).shape, 2));
  graph.setOutputs([...new Set(outputs.map(({ value }) => value))]);
  const calls = [...graph.allNodes()].some((node) => node.domain === LOCAL_DOMAIN);
  const imports: (readonly [string, number])[] = [
    ['', opset],
    ...(calls ? ([[LOCAL_DOMAIN, 1]] as const) : []),
  ];
  const model = new Model(graph, imports, opset > 20 ? 10 : 9);
  if (calls) model.functions = localFunctions(opset);
  if (described) describe(model);
  // As from a file, so that passes meet what the codec makes of it; and printed small by fast-check.
  const read = readModelBytes(writeModelBytes(model));
  return Object.assign(read, { [fc.toStringMethod]: () => describeModel(read) });
}

/** Metadata at every place that holds some, which passes are to keep. */
function describe(model: Model): void {
  model.metadataProps.set('origin', 'validModel');
  model.graph.metadataProps.set('note', 'random');
  for (const [index, node] of [...model.graph.nodes()].entries()) {
    node.metadataProps.set('step', String(index));
    if (index % 3 === 0) node.name = '';
  }
  for (const value of [...model.graph.inputs, ...model.graph.outputs]) {
    if (isTensorType(value.type)) value.metadataProps.set('kind', value.type.elementType);
  }
}
