import { findAttentionCores, findNorms, vectorNormBound } from '@sentei/anatomy';
import {
  type CarriedState,
  type Graph,
  GraphBuilder,
  inferTypes,
  type Model,
  type Node,
  removeUnread,
  SenteiError,
  setCarriedStates,
  symbolsOf,
  Tensor,
  type TypeTable,
  takeSnapshot,
  tensorType,
  type Value,
} from '@sentei/ir';
import { z } from 'zod';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { matchAttention } from '../matching/match-attention.ts';
import { beforeTransposes } from '../matching/operand.ts';
import { attendStep } from './attend-step.ts';
import { findShift, type Shift } from './find-shift.ts';
import { groupHeads, MOST_GROUPS } from './group-heads.ts';
import { StateList } from './state-list.ts';
import { type PositionSource, type Role, traceRows } from './trace-rows.ts';

const schema = z.strictObject({
  /** Largest share of a row's attention that keys left out of the cache may get; 0 keeps all keys. */
  epsilon: z.number().min(0).max(0.5).default(0),
  /** Element type of cached keys and values. */
  cache: z.enum(['float32', 'float16']).default('float32'),
  /**
   * What comes out of cached keys and values: the whole, as other engines take it back, or only the rows that are new, which
   * whoever runs the model puts behind those it has (`append` and `drop` of `CarriedState`), so that nothing is copied.
   */
  returns: z.enum(['whole', 'rows']).default('whole'),
  /** Most states that the heads of one attention are spread over, where keys are left out. */
  groups: z.int().min(1).max(1024).optional(),
  /** Keys are left out of a state when there are so many to leave out. */
  least: z.int().min(1).max(65_536).default(32),
});

/** Options of `toDecoder`; the schema describes each. */
export type DecoderOptions = z.input<typeof schema>;

/** What became of one attention. */
export interface DecodedAttention {
  /** The node it ended with. */
  readonly node: string;
  readonly heads: number;
  /** Key heads by state. */
  readonly groups: readonly (readonly number[])[];
  /** Whether keys that nothing can reach any more are left out, or why not. */
  readonly forgets: boolean;
  readonly reason: string | undefined;
}

/** A model that was made a decoder. */
export interface DecoderFacts {
  readonly attention: readonly DecodedAttention[];
  readonly states: readonly CarriedState[];
}

/** Squeeze and Unsqueeze with axes as inputs, Split with sizes as input. */
const FIRST_OPSET = 13;

/** Far below any score with its bias, and finite, so that no row turns to NaN by it. */
const MASKED = -1e38;

/**
 * Makes a causal model, [batch, sequence] tokens in, a decoder: a graph that takes any number of new tokens, at least one, and
 * states that hold what came before, and returns what the model returns for the new tokens, and the new states. Metadata says
 * which output is which input of the next run (`carriedStates` of `@sentei/ir`).
 *
 * Everything is found by structure. Forgetting attention keeps its keys, values and cumulative gates, shifts keep their last
 * rows, positions go on counting; all other operators have to keep positions apart. With `epsilon`, keys that no later query
 * can give more than that share of its attention, all of them together, leave the cache.
 *
 * @throws SenteiError `unsupported-model` naming the node that mixes positions in another way; the model is as it was then
 */
export function toDecoder(model: Model, options: DecoderOptions = {}): DecoderFacts {
  const parsed = schema.parse(options);
  const restore = takeSnapshot(model);
  const { inputs, outputs } = model.graph;
  const [inputsBefore, outputsBefore] = [[...inputs], [...outputs]];
  try {
    return new Conversion(model, parsed).run();
  } catch (error) {
    inputs.splice(0, inputs.length, ...inputsBefore);
    model.graph.setOutputs(outputsBefore);
    restore();
    throw error;
  }
}

function refusal(subject: string, message: string, hint?: string): SenteiError {
  return new SenteiError('unsupported-model', `no decoder: ${message}`, {
    subject,
    hint: hint ?? 'a decoder is made of a causal model whose only tie between positions is attention',
  });
}

interface Matched {
  readonly attention: DecayingAttention;
  readonly queryBound: number | undefined;
}

class Conversion {
  readonly #model: Model;
  readonly #graph: Graph;
  readonly #options: z.output<typeof schema>;
  readonly #types: TypeTable;
  readonly #states: StateList;
  readonly #roles = new Map<Value, Role>();
  readonly #made = new Set<Node>();
  readonly #constants = new Map<string, Value>();
  /** Values that have to have their rows along an axis. */
  readonly #expected: { readonly value: Value; readonly axis: number; readonly node: Node }[] = [];

  constructor(model: Model, options: z.output<typeof schema>) {
    this.#model = model;
    this.#graph = model.graph;
    this.#options = options;
    this.#types = inferTypes(model);
    this.#states = new StateList(model.graph);
  }

  run(): DecoderFacts {
    const { opset } = this.#model;
    if (opset < FIRST_OPSET) throw refusal('opset', `opset ${opset} is below ${FIRST_OPSET}`);
    const matched = this.#matchAll();
    const { length, tokens } = this.#findSequence(matched);
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
    const traced = traceRows(nodes, {
      types: this.#types,
      shapeOf: (value) => this.#types.shapeOf(value),
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

  #matchAll(): Matched[] {
    const types = this.#types;
    const norms = new Map(findNorms(this.#graph).map((norm) => [norm.output, norm]));
    const facts = { norms, shapeOf: (value: Value) => types.shapeOf(value) };
    return findAttentionCores(this.#graph, types).map((core) => {
      const node = core.output.producer as Node;
      const refuse = (reason: string) => refusal(node.name, `${reason} (${node})`);
      if (node.graph !== this.#graph) throw refuse('attention inside a graph of a node');
      const found = matchAttention(core, types, facts);
      if ('reason' in found) throw refuse(found.reason);
      if (found.decay.kind !== 'gates') throw refuse('only attention with forget gates is cached');
      if (found.hasPast) throw refuse('the model takes a cache already');
      if (found.padding !== undefined) throw refuse('the model takes a padding mask');
      const { value, axes } = found.query;
      const axis = axes.indexOf('channel') - axes.length;
      const bound = axis === -1 || axis === -2 ? vectorNormBound(value, axis, facts) : undefined;
      return { attention: found, queryBound: bound && bound * Math.abs(found.scale) };
    });
  }

  /** The symbol of the length, and the input and axis that tell how many new positions there are. */
  #findSequence(matched: readonly Matched[]): {
    length: string;
    tokens: { readonly input: Value; readonly axis: number };
  } {
    const extents = matched.map(({ attention: { query, core } }) => {
      const extent = this.#types.shapeOf(query.value)?.[query.axes.indexOf('position')] ?? null;
      return { extent, node: core.output.producer as Node };
    });
    const [first] = extents;
    if (first === undefined) throw refusal('model', 'it has no attention that is causal and forgets');
    const { extent: length } = first;
    if (typeof length !== 'string')
      throw refusal(first.node.name, `the length of the sequence is fixed: ${length} (${first.node})`);
    const other = extents.find(({ extent }) => extent !== length);
    if (other)
      throw refusal(
        other.node.name,
        `attention over ${other.extent} positions besides ${length} (${other.node})`,
      );
    for (const input of this.#graph.inputs) {
      const axis = input.shape?.indexOf(length) ?? -1;
      if (axis >= 0) return { length, tokens: { input, axis } };
    }
    throw refusal('inputs', `no input has the length of the sequence (${length})`);
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
    { attention, queryBound }: Matched,
    index: number,
    count: Value,
    causalBias: Value,
  ): DecodedAttention {
    const { core, query, scoreBound } = attention;
    const node = core.output.producer as Node;
    const { epsilon, least, cache, returns } = this.#options;
    const batch = this.#types.shapeOf(query.value)?.[query.axes.indexOf('batch')] ?? null;
    if (batch === null) throw refusal(node.name, `the batch has neither a number nor a name (${node})`);
    if (attention.decay.kind === 'gates') {
      for (const operand of [query, attention.key, attention.value, attention.decay.logGates]) {
        const { value, axes } = beforeTransposes(operand);
        this.#expected.push({ value, axis: axes.indexOf('position'), node });
      }
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
    const axis = this.#types
      .shapeOf(core.output)
      ?.indexOf(this.#types.shapeOf(query.value)?.[query.axes.indexOf('position')] ?? null);
    this.#replace(core.output, finished, axis ?? -1);
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
