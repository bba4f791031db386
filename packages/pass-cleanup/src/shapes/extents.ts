import {
  constantIntegers,
  constantTensor,
  DATA_TYPES,
  type Node,
  type TypeTable,
  type Value,
} from '@sentei/ir';
import { axesOf, permutationOf } from '../identities/operands.ts';
import { isPlain, type Survey } from '../survey.ts';
import { propagate } from './propagate.ts';
import { fusedShapes, sameShapeInput } from './same-shape.ts';

/** The extent of one axis of a value: an integer that is only known when the model runs. */
export interface Extent {
  readonly value: Value;
  readonly axis: number;
}

/** An element of a shape: a number, the extent of an axis, or `undefined` where neither is known. */
export type Term = number | Extent | undefined;

/** What an int64 scalar or vector is made of. */
export interface Contents {
  readonly rank: 0 | 1;
  readonly terms: readonly Term[];
}

/** Shapes have few axes; longer vectors are not followed. */
const MOST_TERMS = 64;

/**
 * Where the extents in shape arithmetic come from, found in one walk over the model. Only the structure of the graph and
 * numbers in declared shapes count: that two inputs declare an axis with the same symbol proves nothing, since no runtime
 * checks it.
 */
export class Extents {
  readonly #survey: Survey;
  readonly #types: TypeTable | undefined;
  /** The value with the same shape that came first, where it is another one. */
  readonly #sources = new Map<Value, Value>();
  readonly #shapes = new Map<Value, readonly Term[]>();
  readonly #contents = new Map<Value, Contents>();

  /** @param types what is inferred, for ranks and numbers that the model does not declare */
  constructor(survey: Survey, types?: TypeTable) {
    this.#survey = survey;
    this.#types = types;
    for (const graph of survey.model.graphs()) {
      for (const node of graph.nodes()) {
        if (isPlain(node)) this.#visit(node, survey.opset(graph));
        else for (const [output, alike] of fusedShapes(node)) this.#sources.set(output, this.sourceOf(alike));
      }
    }
  }

  /** Values computed by nodes whose contents are followed, in the order of the graph. */
  get computed(): ReadonlyMap<Value, Contents> {
    return this.#contents;
  }

  /** The earliest value known to have the shape of `value` in every run; itself where there is no other. */
  sourceOf(value: Value): Value {
    return this.#sources.get(value) ?? value;
  }

  /** Extents of all axes; `undefined` where not even the rank is known. */
  shapeOf(value: Value): readonly Term[] | undefined {
    const source = this.sourceOf(value);
    const own = this.#types?.shapeOf(value) ?? this.#survey.shape(value) ?? this.#survey.shape(source);
    const found = this.#shapes.get(source);
    if (own === undefined || (found !== undefined && found.length !== own.length)) return found;
    return own.map((dim, axis) =>
      typeof dim === 'number' ? dim : (found?.[axis] ?? { value: source, axis }),
    );
  }

  contentsOf(value: Value | undefined): Contents | undefined {
    if (value === undefined) return undefined;
    const found = this.#contents.get(value);
    if (found !== undefined) return found;
    const tensor = constantTensor(value);
    if (tensor?.dataType !== 'int64' || tensor.dims.length > 1) return undefined;
    const terms = constantIntegers(value)?.map((term) => (Number.isSafeInteger(term) ? term : undefined));
    return terms && { rank: tensor.dims.length === 0 ? 0 : 1, terms };
  }

  #visit(node: Node, opset: number): void {
    const [output] = node.outputs;
    if (output === undefined || output.name === '') return;
    const alike = sameShapeInput(node, opset);
    if (alike !== undefined) this.#sources.set(output, this.sourceOf(alike));
    const shape = this.#shapeAfter(node);
    if (shape !== undefined) this.#shapes.set(output, shape);
    else if (alike === undefined) this.#propagate(node, opset);
    const contents = this.#contentsAfter(node);
    if (contents !== undefined && contents.terms.length <= MOST_TERMS) this.#contents.set(output, contents);
  }

  #shapeAfter(node: Node): readonly Term[] | undefined {
    const input = node.input(0);
    const known = input && this.shapeOf(input);
    if (node.opType === 'Reshape') return this.#reshape(node, known);
    if (known === undefined || node.opType !== 'Transpose') return undefined;
    const order = permutationOf(node, this.#survey);
    return order?.length === known.length ? order.map((axis) => known[axis]) : undefined;
  }

  #reshape(node: Node, known: readonly Term[] | undefined): readonly Term[] | undefined {
    const target = this.contentsOf(node.input(1));
    const [output] = node.outputs;
    if (target?.rank !== 1 || output === undefined) return undefined;
    // An extent that turns out to be zero copies the axis of the input, which is only the same for that very axis.
    const copies = (node.int('allowzero') ?? 0) === 0;
    return target.terms.map((term, axis) => {
      const own = { value: output, axis };
      if (term === 0 && copies) return known?.[axis] ?? own;
      if (typeof term === 'number') return term < 0 ? own : term;
      return term !== undefined && (!copies || isSameTerm(term, known?.[axis])) ? term : own;
    });
  }

  #propagate(node: Node, opset: number): void {
    const inputs = node.inputs.map((input) => (input === null ? undefined : this.shapeOf(input)));
    const contents = (index: number) => this.contentsOf(node.input(index));
    for (const [index, terms] of propagate(node, inputs, contents, opset).entries()) {
      const output = node.output(index);
      if (output === undefined || terms === undefined) continue;
      this.#shapes.set(
        output,
        terms.map((term, axis) => term ?? { value: output, axis }),
      );
    }
  }

  #contentsAfter(node: Node): Contents | undefined {
    if (node.opType === 'Shape') {
      const input = node.input(0);
      const shape = input && this.shapeOf(input);
      return (
        shape && { rank: 1, terms: shape.slice(node.int('start') ?? 0, node.int('end') ?? shape.length) }
      );
    }
    if (node.opType === 'Concat') return this.#join(node);
    const data = this.contentsOf(node.input(0));
    if (data === undefined) return undefined;
    switch (node.opType) {
      case 'Identity':
        return data;
      case 'Cast':
        return node.int('to') === DATA_TYPES.int64 ? data : undefined;
      case 'Gather':
        return pick(node, data);
      case 'Slice':
        return slice(node, data);
      case 'Unsqueeze':
        return data.rank === 0 && isFirst(axesOf(node)) ? { ...data, rank: 1 } : undefined;
      case 'Squeeze':
        return data.rank === 1 && data.terms.length === 1 ? { ...data, rank: 0 } : undefined;
      default:
        return undefined;
    }
  }

  #join(node: Node): Contents | undefined {
    if (!isFirst([node.int('axis') ?? 1])) return undefined;
    const terms: Term[] = [];
    for (const input of node.inputs) {
      const part = this.contentsOf(input ?? undefined);
      if (part?.rank !== 1 || terms.length + part.terms.length > MOST_TERMS) return undefined;
      terms.push(...part.terms);
    }
    return { rank: 1, terms };
  }
}

/** Whether two terms are the same number in every run. */
export function isSameTerm(a: Term, b: Term): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a !== undefined && a === b;
  return a.value === b.value && a.axis === b.axis;
}

/** Whether axes name the only axis of a vector. */
function isFirst(axes: readonly number[] | undefined): boolean {
  return axes?.length === 1 && (axes[0] === 0 || axes[0] === -1);
}

function pick(node: Node, { rank, terms }: Contents): Contents | undefined {
  const indices = constantTensor(node.input(1));
  const chosen = constantIntegers(node.input(1));
  if (rank !== 1 || !isFirst([node.int('axis') ?? 0]) || chosen === undefined) return undefined;
  const picked = chosen.map((index) => terms.at(index));
  const scope = indices?.dims.length;
  return scope === 0 || scope === 1 ? { rank: scope, terms: picked } : undefined;
}

function slice(node: Node, { rank, terms }: Contents): Contents | undefined {
  const starts = node.ints('starts') ?? constantIntegers(node.input(1));
  const ends = node.ints('ends') ?? constantIntegers(node.input(2));
  const axes = node.input(3) === undefined ? (node.ints('axes') ?? [0]) : constantIntegers(node.input(3));
  const steps = node.input(4) === undefined ? [1] : constantIntegers(node.input(4));
  if (rank !== 1 || starts?.length !== 1 || ends?.length !== 1 || !isFirst(axes) || steps?.[0] !== 1)
    return undefined;
  return { rank, terms: terms.slice(starts[0], ends[0]) };
}
