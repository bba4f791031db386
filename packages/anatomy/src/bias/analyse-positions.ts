import {
  constantIntegers,
  constantScalar,
  constantTensor,
  DATA_TYPES,
  type DataType,
  type Dimension,
  type GraphBuilder,
  isTensorType,
  type Node,
  Tensor,
  type Value,
} from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';
import { combineForms, isElementwise } from './combine-forms.ts';
import { constantForm } from './constant-form.ts';
import { type AxisRole, DISTANCES, emitForm, isOfDistance, type PositionForm } from './position-form.ts';

/** Deeper expressions count as unknown. */
const DEPTH_LIMIT = 64;

/** Extents that the axes of queries and of keys have; whatever varies along one of them has to have as many entries. */
export interface PositionExtents {
  readonly query: Dimension;
  readonly key: Dimension;
}

/** Analyses the parts of one bias from its leaves: ranges of positions and constants. Each part is looked at once. */
export class PositionAnalysis {
  readonly #shapes: ShapeFacts;
  readonly #extents: PositionExtents;
  readonly #known = new Map<Value, Map<string, PositionForm | undefined>>();

  constructor(shapes: ShapeFacts, extents: PositionExtents) {
    this.#shapes = shapes;
    this.#extents = extents;
  }

  /**
   * The form of a value whose axes play the given roles, as many as it has; `undefined` where it depends on anything but
   * head and positions, or where that is not proven.
   */
  formOf(value: Value, roles: readonly AxisRole[], depth = DEPTH_LIMIT): PositionForm | undefined {
    const known = this.#known.get(value) ?? new Map<string, PositionForm | undefined>();
    this.#known.set(value, known);
    const key = roles.join();
    if (!known.has(key)) known.set(key, depth === 0 ? undefined : this.#analyse(value, roles, depth - 1));
    return known.get(key);
  }

  #analyse(value: Value, roles: readonly AxisRole[], depth: number): PositionForm | undefined {
    const constant = constantTensor(value);
    if (constant !== undefined) {
      const fits = roles.length === constant.dims.length && this.#hasExtents(constant.dims, roles);
      return fits ? constantForm(constant, roles) : undefined;
    }
    const node = value.producer;
    if (node === null || node.output(0) !== value) return undefined;
    if (node.is('Range')) return this.#range(node, value, roles);
    if (node.is('ConstantOfShape')) return filledForm(node.tensor('value'), roles);
    const source = node.input(0);
    if (source === undefined) return undefined;
    if (node.is('Expand')) return this.#expanded(source, roles, depth);
    if (node.is('Slice')) return this.#sliced(node, source, value, roles, depth);
    if (node.is('Trilu')) {
      const form = keepsLower(node, roles) ? this.formOf(source, roles, depth) : undefined;
      return form && withoutHidden(form);
    }
    if (node.is('Gather', 'GatherND')) return this.#gathered(node, source, roles, depth);
    if (node.is('CumSum')) return this.#counted(node, source, roles);
    const masked = node.is('Mul') ? this.#countedWithMask(node, roles, depth) : undefined;
    if (masked !== undefined) return masked;
    if (node.is('Transpose', 'Unsqueeze', 'Squeeze', 'Reshape'))
      return this.#moved(node, source, roles, depth);
    if (!isElementwise(node)) return undefined;
    const forms: (PositionForm | undefined)[] = [];
    for (const input of node.inputs) {
      const rank = input === null ? 0 : this.#rankOf(input);
      const form =
        input === null || rank === undefined || rank > roles.length
          ? undefined
          : this.formOf(input, roles.slice(roles.length - rank), depth);
      if (input !== null && form === undefined) return undefined;
      forms.push(form);
    }
    return combineForms(node, forms);
  }

  #rankOf(value: Value): number | undefined {
    return this.#shapes.shapeOf(value)?.length ?? constantTensor(value)?.dims.length;
  }

  /** Positions have to be as many as the scores have: a range of one would be broadcast over all of them. */
  #hasExtents(extents: readonly Dimension[], roles: readonly AxisRole[]): boolean {
    return roles.every((role, axis) => {
      const extent = extents[axis] ?? null;
      return (role !== 'query' && role !== 'key') || extent === 1 || extent === this.#extents[role];
    });
  }

  #range(node: Node, value: Value, roles: readonly AxisRole[]): PositionForm | undefined {
    const [start, limit, delta] = [0, 1, 2].map((index) => constantScalar(node.input(index)));
    const dataType = constantTensor(node.input(2))?.dataType;
    const [role] = roles;
    if (delta === undefined || dataType === undefined || role === undefined) return undefined;
    if (start !== undefined && limit !== undefined) {
      const count = Math.max(0, Math.ceil((limit - start) / delta));
      if (count > 2 ** 20 || !this.#hasExtents([count], roles)) return undefined;
      const numbers = Array.from({ length: count }, (_, index) => start + index * delta);
      return constantForm(tensorOf(numbers, dataType), roles);
    }
    const [extent] = this.#shapes.shapeOf(value) ?? [];
    if ((role !== 'query' && role !== 'key') || extent == null || extent !== this.#extents[role])
      return undefined;
    const isQuery = role === 'query';
    const samples =
      start === undefined
        ? undefined
        : [Float64Array.from(DISTANCES, (distance) => start + (isQuery ? distance * delta : 0))];
    return {
      dataType,
      steps: { query: [isQuery ? delta : 0], key: [isQuery ? 0 : delta] },
      samples,
      emit: start === undefined ? undefined : emitRange(start, delta, dataType, isQuery),
    };
  }

  #expanded(source: Value, roles: readonly AxisRole[], depth: number): PositionForm | undefined {
    const rank = this.#rankOf(source);
    if (rank === undefined || rank > roles.length) return undefined;
    const form = this.formOf(source, roles.slice(roles.length - rank), depth);
    const { emit } = form ?? {};
    if (form === undefined || emit === undefined || rank === roles.length) return form;
    const added = Array.from({ length: roles.length - rank }, (_, axis) => axis);
    return {
      ...form,
      emit: (b, count, made) => b.op('Unsqueeze', [emitForm(form, b, count, made), b.int64(added)]),
    };
  }

  /** Leading parts of positions, or any part of what is affine along an axis: where it starts only shifts it. */
  #sliced(
    node: Node,
    source: Value,
    value: Value,
    roles: readonly AxisRole[],
    depth: number,
  ): PositionForm | undefined {
    const starts = node.input(1);
    const axes = node.input(3) === undefined ? [...roles.keys()] : constantIntegers(node.input(3));
    const steps = node.input(4) === undefined ? [] : constantIntegers(node.input(4));
    if (axes === undefined || steps?.every((step) => step === 1) !== true) return undefined;
    const sliced = axes.map((axis) => (axis < 0 ? axis + roles.length : axis));
    const positions = sliced.filter((axis) => roles[axis] === 'query' || roles[axis] === 'key');
    const ends = constantIntegers(node.input(2));
    const isWhole = (axis: number) =>
      constantIntegers(starts)?.[sliced.indexOf(axis)] === 0 &&
      (ends?.[sliced.indexOf(axis)] ?? 0) >= 2 ** 31 - 1;
    if (!sliced.every((axis) => positions.includes(axis) || isWhole(axis))) return undefined;
    if (!this.#hasExtents(this.#shapes.shapeOf(value) ?? [], roles)) return undefined;
    // What is sliced has more positions than the scores.
    const longer = new PositionAnalysis(this.#shapes, this.#extentsOf(source, roles));
    const form = longer.formOf(source, roles, depth);
    if (form === undefined || positions.every((axis) => this.#shapes.shapeOf(source)?.[axis] === 1))
      return form;
    const isLeading = positions.every((axis) => constantIntegers(starts)?.[sliced.indexOf(axis)] === 0);
    if (isLeading) return form;
    // Elsewhere than at the start other keys may come before the query, of which nothing is known if both count.
    const extents = this.#extentsOf(source, roles);
    if (extents.query !== 1 && extents.key !== 1) return undefined;
    return form.steps && { dataType: form.dataType, steps: form.steps, samples: undefined, emit: undefined };
  }

  #extentsOf(value: Value, roles: readonly AxisRole[]): PositionExtents {
    const shape = this.#shapes.shapeOf(value) ?? [];
    const along = (role: AxisRole) => (roles.includes(role) ? (shape[roles.indexOf(role)] ?? null) : 1);
    return { query: along('query'), key: along('key') };
  }

  /** A running count of the keys that a mask [batch, keys] allows. */
  #counted(node: Node, source: Value, roles: readonly AxisRole[]): PositionForm | undefined {
    const mask = withoutCasts(source);
    const axis = constantScalar(node.input(1));
    const isPlain = node.int('reverse') !== 1 && node.int('exclusive') !== 1;
    const isAlong = axis === -1 || axis === roles.length - 1;
    if (!isMask(mask)) return undefined;
    if (!isPlain || !isAlong || roles.length !== 2 || roles[0] === 'query' || roles[1] !== 'key')
      return undefined;
    if (this.#shapes.shapeOf(mask)?.at(-1) !== this.#extents.key) return undefined;
    return {
      dataType: 'int64',
      steps: { query: [0], key: [1] },
      samples: undefined,
      emit: undefined,
      counted: mask,
    };
  }

  /** Counted positions times the mask they are counted by: no different for the keys that it allows. */
  #countedWithMask(node: Node, roles: readonly AxisRole[], depth: number): PositionForm | undefined {
    for (const [index, factor] of node.inputs.entries()) {
      const other = node.input(1 - index);
      if (factor === null || other === undefined || withoutCasts(factor).producer !== null) continue;
      if (this.#rankOf(other) !== roles.length) continue;
      const form = this.formOf(other, roles, depth);
      if (form?.counted !== undefined && form.counted === withoutCasts(factor)) return form;
    }
    return undefined;
  }

  /** A table of constants read by distance. */
  #gathered(node: Node, source: Value, roles: readonly AxisRole[], depth: number): PositionForm | undefined {
    const table = constantTensor(source);
    const indices = node.input(1);
    const isND = node.is('GatherND');
    const rank = indices && this.#rankOf(indices);
    if (!table || indices === undefined || rank === undefined || table.size > 2 ** 22) return undefined;
    // GatherND with indices of one number reads along the first axis, as Gather does.
    if (isND && ((node.int('batch_dims') ?? 0) !== 0 || this.#shapes.shapeOf(indices)?.at(-1) !== 1))
      return undefined;
    const along = isND ? 0 : (node.int('axis') ?? 0);
    const axis = along < 0 ? along + table.dims.length : along;
    const read = isND ? rank - 1 : rank;
    const indexRoles = roles.slice(axis, axis + read);
    const form = this.formOf(indices, isND ? [...indexRoles, 'one'] : indexRoles, depth);
    const tableRoles = [...roles.slice(0, axis), 'one' as const, ...roles.slice(axis + read)];
    const { samples, emit } = form ?? {};
    if (!form || !samples || samples.length !== 1 || !emit || !isOfDistance(form)) return undefined;
    const rows = tableRows(table, axis, tableRoles);
    const [places] = samples;
    const size = table.dims[axis] ?? 0;
    const taken = rows?.map(
      (row) =>
        places?.map((place) => row[place < 0 ? place + size : place] ?? Number.NaN) ?? new Float64Array(),
    );
    return (
      taken && {
        dataType: table.dataType,
        steps: undefined,
        samples: taken,
        emit: (b, count, made) =>
          b.op(node.opType, [source, emitForm(form, b, count, made)], {
            attributes: Object.fromEntries(node.attributes),
          }),
      }
    );
  }

  /** Axes moved, added or taken away, none of them split or joined. */
  #moved(node: Node, source: Value, roles: readonly AxisRole[], depth: number): PositionForm | undefined {
    const from = this.#rolesBefore(node, source, roles);
    const form = from && this.formOf(source, from.roles, depth);
    if (form?.emit === undefined) return form;
    return {
      ...form,
      emit: (b, count, made) =>
        b.op(node.opType, from?.inputs(b, emitForm(form, b, count, made)) ?? [], {
          attributes: Object.fromEntries(node.attributes),
        }),
    };
  }

  #rolesBefore(
    node: Node,
    source: Value,
    roles: readonly AxisRole[],
  ): { roles: AxisRole[]; inputs: (b: GraphBuilder, moved: Value) => (Value | null)[] } | undefined {
    const asBefore = (_: GraphBuilder, moved: Value) => [moved, ...node.inputs.slice(1)];
    if (node.is('Transpose')) {
      const permutation = node.ints('perm') ?? [...roles.keys()].reverse();
      const before: AxisRole[] = [];
      for (const [index, role] of roles.entries()) before[permutation[index] ?? index] = role;
      return { roles: before, inputs: asBefore };
    }
    const axes = node.ints('axes') ?? constantIntegers(node.input(1));
    if (node.is('Unsqueeze')) {
      const added = axes?.map((axis) => (axis < 0 ? axis + roles.length : axis));
      return added && { roles: roles.filter((_, axis) => !added.includes(axis)), inputs: asBefore };
    }
    if (node.is('Squeeze')) {
      const rank = axes && roles.length + axes.length;
      const removed = axes?.map((axis) => (axis < 0 ? axis + (rank ?? 0) : axis)).sort((a, b) => a - b);
      const before = [...roles];
      for (const axis of removed ?? []) before.splice(axis, 0, 'one');
      return removed && { roles: before, inputs: asBefore };
    }
    // Reshape: one axis keeps its extent, all others are of one.
    const [before, after] = [this.#shapes.shapeOf(source), this.#shapes.shapeOf(node.output(0) as Value)];
    const [source1, target1] = [soleAxis(before), soleAxis(after)];
    if (before === undefined || after === undefined || source1 === undefined || target1 === undefined)
      return undefined;
    if (before[source1] === null || before[source1] !== after[target1]) return undefined;
    const role = roles[target1] ?? 'one';
    return {
      roles: before.map((_, axis) => (axis === source1 ? role : 'one')),
      inputs: (b, moved) => [moved, b.int64(after.map((_, axis) => (axis === target1 ? -1 : 1)))],
    };
  }
}

/** The one axis that has not the extent 1. */
function soleAxis(shape: readonly Dimension[] | undefined): number | undefined {
  const wide = [...(shape?.keys() ?? [])].filter((axis) => shape?.[axis] !== 1);
  return wide.length === 1 ? wide[0] : undefined;
}

/** Whether a Trilu leaves every entry whose key is not after the query. */
function keepsLower(node: Node, roles: readonly AxisRole[]): boolean {
  const shift = node.input(1) === undefined ? 0 : constantScalar(node.input(1));
  const [row, column] = roles.slice(-2);
  return node.int('upper') === 0 && shift !== undefined && shift >= 0 && row === 'query' && column === 'key';
}

/** The value before Casts, which keep zeros and ones. */
function withoutCasts(value: Value): Value {
  let current = value;
  while (current.producer?.is('Cast', 'Identity')) current = current.producer.input(0) ?? current;
  return current;
}

/** An input of integers, or the outcome of a comparison. Integers that say which keys count are zeros and ones. */
function isMask(value: Value): boolean {
  if (value.producer !== null)
    return value.producer.is('Not', 'And', 'Or', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual');
  return isTensorType(value.type) && /^(u?int|bool)/.test(value.type.elementType);
}

function withoutHidden({ hidden: _, ...form }: PositionForm): PositionForm {
  return form;
}

function filledForm(value: Tensor | undefined, roles: readonly AxisRole[]): PositionForm | undefined {
  const filling = value ?? Tensor.floats([0]);
  if (filling.size !== 1) return undefined;
  const ones = roles.map(() => 1);
  return constantForm(Tensor.fromBytes(filling.dataType, ones, filling.bytes()), roles);
}

/** The rows of a table along an axis, one for each head or one for all. */
function tableRows(table: Tensor, axis: number, roles: readonly AxisRole[]): Float64Array[] | undefined {
  const wide = [...table.dims.keys()].filter((each) => each !== axis && table.dims[each] !== 1);
  const [head] = wide;
  if (wide.length > 1 || (head !== undefined && roles[head] !== 'head')) return undefined;
  const stride = (of: number) => table.dims.slice(of + 1).reduce((product, extent) => product * extent, 1);
  const numbers = table.numbers();
  const heads = head === undefined ? 1 : (table.dims[head] ?? 1);
  return Array.from({ length: heads }, (_, h) =>
    Float64Array.from(
      { length: table.dims[axis] ?? 0 },
      (__, place) =>
        numbers[place * stride(axis) + (head === undefined ? 0 : h * stride(head))] ?? Number.NaN,
    ),
  );
}

function tensorOf(numbers: readonly number[], dataType: DataType): Tensor {
  if (dataType === 'int64') return Tensor.int64(numbers);
  return Tensor.floats(numbers);
}

/** start + delta · (0 … count − 1) for queries, start alone for keys. */
function emitRange(start: number, delta: number, dataType: DataType, isQuery: boolean) {
  return (b: GraphBuilder, count: Value): Value => {
    const cast = (value: Value) =>
      b.op('Cast', [value], { attributes: { to: BigInt(DATA_TYPES[dataType]) } });
    const constant = (x: number) =>
      dataType === 'int64' ? b.int64([x]) : cast(b.constant(tensorOf([x], dataType)));
    if (!isQuery) return constant(start);
    const scalar = (x: number) => b.constant(Tensor.int64([x], []));
    const numbers = b.op('Range', [scalar(0), b.op('Squeeze', [count, b.int64([0])]), scalar(1)]);
    const positions = dataType === 'int64' ? numbers : cast(numbers);
    const scaled = delta === 1 ? positions : b.op('Mul', [positions, constant(delta)]);
    return start === 0 ? scaled : b.op('Add', [scaled, constant(start)]);
  };
}
