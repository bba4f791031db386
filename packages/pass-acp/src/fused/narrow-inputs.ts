import type { Norm } from '@sentei/anatomy';
import {
  constantScalar,
  constantTensor,
  DATA_TYPES,
  type GraphBuilder,
  type Node,
  Tensor,
  type Value,
} from '@sentei/ir';

/** Operators that move elements of their first input: whatever type they have, it stays. */
const MOVING = ['Reshape', 'Transpose', 'Unsqueeze', 'Squeeze', 'Slice', 'Identity', 'Pad', 'Expand'];

/** Operators on elements that are safe in float16 where their operands are results of projections and gates. */
const ELEMENTWISE = ['Add', 'Sub', 'Mul', 'Concat', 'Sigmoid'];

/** Steps back from an operand; what lies farther is cast where it stands. */
const DEPTH_LIMIT = 24;

const FLOAT16 = BigInt(DATA_TYPES.float16);

/**
 * Emits float32 values in float16 by computing them in it from the projections on, in place of a Cast at the end: queries,
 * keys and values then take half of the memory in every step between. Norms keep their sums in float32, which is what their
 * fused operators do. What something else reads, too, stays as it is and is cast.
 */
export class NarrowInputs {
  readonly #b: GraphBuilder;
  readonly #norms: ReadonlyMap<Value, Norm>;
  readonly #renewed: ReadonlySet<Node>;
  readonly #known = new Map<Value, Value>();

  /**
   * @param values what will be asked for; whatever reads them now goes
   * @param norms of the graph, by their output
   */
  constructor(b: GraphBuilder, values: readonly Value[], norms: ReadonlyMap<Value, Norm>) {
    this.#b = b;
    this.#norms = norms;
    this.#renewed = this.#plan(values);
  }

  /** The value in float16. */
  narrow(value: Value): Value {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const narrowed = this.#recompute(value) ?? this.#cast(value);
    this.#known.set(value, narrowed);
    return narrowed;
  }

  /** The nodes that are computed in float16 instead: those that nothing else needs. */
  #plan(values: readonly Value[]): Set<Node> {
    const steps = new Map<Value, readonly Node[]>();
    const pending = values.map((value) => ({ value, depth: DEPTH_LIMIT }));
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { value, depth } = next;
      const step = depth === 0 || steps.has(value) ? undefined : this.#step(value);
      if (step === undefined) continue;
      steps.set(value, step.nodes);
      pending.push(...step.inputs.map((input) => ({ value: input, depth: depth - 1 })));
    }
    for (let before = -1; before !== steps.size; ) {
      before = steps.size;
      const nodes = new Set([...steps.values()].flat());
      for (const value of steps.keys()) {
        const isInner = value.outputOf.size === 0 && value.consumers().every((node) => nodes.has(node));
        if (!isInner && !values.includes(value)) steps.delete(value);
      }
    }
    return new Set([...steps.values()].flat());
  }

  /** How a value is computed, and the inputs of it that are narrowed, too. */
  #step(value: Value): { readonly nodes: readonly Node[]; readonly inputs: readonly Value[] } | undefined {
    const node = value.producer;
    if (node === null || node.graph !== this.#b.graph || node.outputs.length !== 1) return undefined;
    const norm = this.#norms.get(value);
    if (norm !== undefined) return isPlain(norm) ? { nodes: norm.nodes, inputs: [norm.input] } : undefined;
    if (node.is('MatMul')) return weightOf(node) && { nodes: [node], inputs: [] };
    if (node.is('Pad') && (node.input(2) !== undefined || (node.string('mode') ?? 'constant') !== 'constant'))
      return undefined;
    const [first] = node.inputs;
    if (node.is(...MOVING) && first) return { nodes: [node], inputs: [first] };
    if (!node.is(...ELEMENTWISE)) return undefined;
    return { nodes: [node], inputs: node.inputs.filter((input) => input !== null) };
  }

  #recompute(value: Value): Value | undefined {
    const node = value.producer;
    if (node === null || !this.#renewed.has(node)) return undefined;
    const norm = this.#norms.get(value);
    if (norm !== undefined) return this.#norm(norm);
    if (node.is('MatMul')) return this.#product(node);
    return this.#again(node, node.is(...MOVING) ? [0] : [...node.inputs.keys()]);
  }

  /** The same operator with some of its inputs in float16. */
  #again(node: Node, narrowed: readonly number[]): Value {
    const inputs = node.inputs.map((input, index) =>
      input !== null && narrowed.includes(index) ? this.narrow(input) : input,
    );
    const output = this.#b.op(node.opType, inputs, { name: node.opType.toLowerCase() });
    for (const [name, attribute] of node.attributes) output.producer?.setAttribute(name, attribute);
    return output;
  }

  /** A projection by a constant matrix. */
  #product(node: Node): Value | undefined {
    const [left, weight] = [node.input(0), weightOf(node)];
    if (left === undefined || weight === undefined) return undefined;
    const isStored = constantTensor(weight)?.dataType === 'float16';
    return this.#b.op('MatMul', [this.#castOnce(left), isStored ? weight : this.#castOnce(weight)]);
  }

  #norm({ input, scale, epsilon }: Norm): Value | undefined {
    return this.#b.op('SimplifiedLayerNormalization', [this.narrow(input), this.#castOnce(scale as Value)], {
      attributes: { axis: -1n, epsilon, stash_type: 1n },
    });
  }

  #castOnce(value: Value): Value {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const cast = this.#cast(value);
    this.#known.set(value, cast);
    return cast;
  }

  #cast(value: Value): Value {
    const number = constantScalar(value);
    const tensor = constantTensor(value);
    if (number !== undefined && tensor !== undefined)
      return this.#b.constant(Tensor.floats([number], tensor.dims, 'float16'));
    return this.#b.op('Cast', [value], { attributes: { to: FLOAT16 } });
  }
}

/** RMSNorm over the last axis, for which there is one operator. */
function isPlain({ kind, added, bias, scale, axes }: Norm): boolean {
  return (
    kind === 'rms' && added.length === 0 && bias === undefined && scale !== undefined && axes.join() === '-1'
  );
}

/** The constant matrix that a product multiplies by, as it is stored. */
function weightOf(node: Node): Value | undefined {
  const right = node.input(1);
  const stored = right?.producer?.is('Cast') ? right.producer.input(0) : right;
  return constantTensor(stored)?.dims.length === 2 ? stored : undefined;
}
