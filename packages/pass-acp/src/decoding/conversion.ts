import {
  type Graph,
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  removeUnread,
  setCarriedStates,
  symbolsOf,
  Tensor,
  type TypeTable,
  tensorType,
  type Value,
} from '@sentei/ir';
import { beforeTransposes } from '../matching/operand.ts';
import { attendStep } from './attend-step.ts';
import { type CachedAttention, findCachedAttention, findSequence, refusal } from './find-sequence.ts';
import { findShift, type Shift } from './find-shift.ts';
import { groupHeads, MOST_GROUPS } from './group-heads.ts';
import { StateList } from './state-list.ts';
import type { DecodedAttention, DecoderFacts, ParsedOptions } from './to-decoder.ts';
import { type PositionSource, type Role, traceRows } from './trace-rows.ts';

/** Squeeze and Unsqueeze with axes as inputs, Split with sizes as input. */
const FIRST_OPSET = 13;

/** Far below any score with its bias, and finite, so that no row turns to NaN by it. */
const MASKED = -1e38;

/** One model on its way to a decoder. */
export class Conversion {
  readonly #model: Model;
  readonly #graph: Graph;
  readonly #options: ParsedOptions;
  readonly #types: TypeTable;
  readonly #states: StateList;
  readonly #roles = new Map<Value, Role>();
  readonly #made = new Set<Node>();
  readonly #constants = new Map<string, Value>();
  /** Values that have to have their rows along an axis. */
  readonly #expected: { readonly value: Value; readonly axis: number; readonly node: Node }[] = [];

  constructor(model: Model, options: ParsedOptions) {
    this.#model = model;
    this.#graph = model.graph;
    this.#options = options;
    this.#types = inferTypes(model);
    this.#states = new StateList(model.graph);
  }

  run(): DecoderFacts {
    const { opset } = this.#model;
    if (opset < FIRST_OPSET) throw refusal('opset', `opset ${opset} is below ${FIRST_OPSET}`);
    const matched = findCachedAttention(this.#graph, this.#types);
    const { length, tokens } = findSequence(this.#graph, this.#types, matched);
    const original = [...this.#graph.nodes()];
    const shifts = original
      .map((node) => findShift(node, this.#types))
      .filter((shift) => shift !== undefined)
      .filter((shift) => this.#runsOver(shift, length));
    const returned = this.#graph.outputs.length;
    const count = this.#countNew(tokens, length);
    const causalBias = this.#causalBias(count);
    const attention = matched.map((each, index) => this.#replaceAttention(each, index, count, causalBias));
    for (const [index, shift] of shifts.entries()) this.#replaceShift(shift, index);

    const nodes = original.filter((node) => node.graph === this.#graph);
    for (const input of this.#graph.inputs) {
      const axis = input.shape?.findIndex((extent) => symbolsOf(extent).has(length)) ?? -1;
      if (axis >= 0) this.#roles.set(input, { kind: 'rows', axis });
    }
    // What follows attention may be known better now than when masks had their say.
    const types = inferTypes(this.#model);
    const traced = traceRows(nodes, {
      types,
      shapeOf: (value) => types.shapeOf(value) ?? this.#types.shapeOf(value),
      length,
      known: this.#roles,
      skipped: this.#made,
    });
    if ('reason' in traced) throw refusal(traced.node.name, `${traced.reason} (${traced.node})`);
    for (const { value, axis, node } of this.#expected) {
      const role = traced.roles.get(value);
      if (role?.kind === 'rows' && role.axis === axis) continue;
      throw refusal(node.name, `'${value.name}' has no row for each position (${node})`);
    }
    for (const output of this.#graph.outputs.slice(0, returned)) {
      if (traced.roles.get(output)?.kind !== 'length') continue;
      throw refusal(output.name, `output '${output.name}' depends on the length of the whole sequence`);
    }
    this.#countOn(traced.positions, count);
    setCarriedStates(this.#model, this.#states.states);
    return { attention, states: this.#states.states };
  }

  #runsOver({ input, axis }: Shift, length: string): boolean {
    return this.#types.shapeOf(input)?.at(axis) === length;
  }

  /** A builder at the place where all that the graph has already is computed. */
  #builder(before?: Node): GraphBuilder {
    return new GraphBuilder(this.#graph, { constants: this.#constants, ...(before && { before }) });
  }

  #keep(b: GraphBuilder): void {
    for (const node of b.nodes) this.#made.add(node);
  }

  /** int64 [1]: how many positions are new. */
  #countNew({ input, axis }: { readonly input: Value; readonly axis: number }, length: string): Value {
    const [first] = this.#graph.nodes();
    const b = this.#builder(first);
    const shape = b.op('Shape', [input]);
    const count = b.op('Gather', [shape, b.int64([axis])], {
      attributes: { axis: 0n },
      types: [tensorType('int64', [1])],
      name: `new_${length}`,
    });
    this.#keep(b);
    return count;
  }

  #causalBias(count: Value): Value {
    const b = this.#builder(count.producer?.next ?? undefined);
    const positions = b.op('Range', [
      b.constant(Tensor.int64([0], [])),
      b.op('Squeeze', [count, b.int64([0])]),
      b.constant(Tensor.int64([1], [])),
    ]);
    const isVisible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
    const bias = b.op('Where', [isVisible, b.float32([0], []), b.float32([MASKED], [])]);
    this.#keep(b);
    return bias;
  }

  #replaceAttention(
    { attention, queryBound }: CachedAttention,
    index: number,
    count: Value,
    causalBias: Value,
  ): DecodedAttention {
    const { core, query, scoreBound } = attention;
    const node = core.output.producer as Node;
    const { epsilon, least, cache, returns } = this.#options;
    const batch = this.#types.shapeOf(query.value)?.[query.axes.indexOf('batch')] ?? null;
    if (batch === null) throw refusal(node.name, `the batch has neither a number nor a name (${node})`);
    const { decay } = attention;
    const operands = [
      query,
      attention.key,
      attention.value,
      ...(decay.kind === 'gates' ? [decay.logGates] : []),
    ];
    for (const operand of operands) {
      const { value, axes } = beforeTransposes(operand);
      this.#expected.push({ value, axis: axes.indexOf('position'), node });
    }
    const reason =
      epsilon > 0 && scoreBound === undefined ? 'no bound of the scores follows from the weights' : undefined;
    const forgets = epsilon > 0 && scoreBound !== undefined;
    // The rows of one head lie behind each other, so that a state of it grows in place.

    const most =
      this.#options.groups ?? (returns === 'rows' ? attention.keyHeads : forgets ? MOST_GROUPS : 1);
    const groups = groupHeads(attention, most);
    const b = this.#builder(node);
    const output = attendStep(b, attention, this.#states, {
      index,
      groups,
      batch,
      type: cache,
      returns,
      count,
      causalBias,
      forgetting: forgets ? { epsilon, least, scoreBound, queryBound } : undefined,
    });
    const finished = attention.finish(b, output);
    this.#keep(b);
    const shape = this.#types.shapeOf(core.output) ?? [];
    const axis = shape.indexOf(this.#types.shapeOf(query.value)?.[query.axes.indexOf('position')] ?? null);
    // Where a mask blurs the extent: rows of a product are those of its left operand, the weights.
    this.#replace(core.output, finished, axis >= 0 ? axis : shape.length - 2);
    return { node: String(node), heads: attention.heads, groups, forgets, reason };
  }

  #replace(old: Value, replacement: Value, axis: number): void {
    this.#graph.replace(old, replacement);
    this.#roles.set(replacement, { kind: 'rows', axis });
    if (old.producer) removeUnread(old.producer);
  }

  #replaceShift({ input, output, axis, rows }: Shift, index: number): void {
    const node = output.producer as Node;
    const type = this.#types.typeOf(input);
    const shape = this.#types.shapeOf(input);
    if (shape === undefined || type?.kind !== 'tensor') return;
    const place = axis < 0 ? axis + shape.length : axis;
    const extents = shape.map((extent, at) => (at === place ? rows : extent));
    const unknown = extents.includes(null);
    if (unknown) throw refusal(node.name, `the shape of '${input.name}' is not known (${node})`);
    const state = this.#states.add(`shift_${index}`, type.elementType, extents as (number | string)[]);
    const b = this.#builder(node);
    const joined = b.op('Concat', [state.past, input], { attributes: { axis: BigInt(place) } });
    const part = (start: number, end: number) =>
      b.op('Slice', [joined, b.int64([start]), b.int64([end]), b.int64([place])]);
    const shifted = part(0, -rows);
    state.present(part(-rows, Number.MAX_SAFE_INTEGER));
    this.#keep(b);
    this.#expected.push({ value: input, axis: place, node });
    this.#replace(output, shifted, place);
  }

  /** Lets positions go on from where the last chunk ended. */
  #countOn(positions: readonly PositionSource[], count: Value): void {
    if (positions.length === 0) return;
    const state = this.#states.add('position', 'int64', [1]);
    const after = this.#builder(count.producer?.next ?? undefined);
    const next = after.op('Add', [state.past, count], { types: [tensorType('int64', [1])] });
    state.present(next);
    for (const { node, kind } of positions) {
      const output = node.output(0) as Value;
      if (kind === 'table') {
        node.setInput(1, state.past);
        node.setInput(2, next);
        continue;
      }
      const b = this.#builder(node.next ?? undefined);
      const type = this.#types.typeOf(output);
      const isInt64 = type?.kind === 'tensor' && type.elementType === 'int64';
      const start = isInt64 ? state.past : b.op('CastLike', [state.past, output]);
      const users = [...output.uses];
      const moved = b.op('Add', [output, start]);
      for (const { node: user, index } of users) user.setInput(index, moved);
    }
  }
}
