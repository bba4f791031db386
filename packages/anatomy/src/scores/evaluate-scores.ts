import {
  addDimensions,
  constantTensor,
  type Dimension,
  isTensorType,
  type Node,
  type Tensor,
  type Value,
  type ValueType,
} from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';
import { broadcastView, extentOf, peel, type View, type Viewed, viewKey } from './axis-view.ts';
import { always, type Cases, choice, inEachCase } from './cases.ts';
import { type Linear, linear, numberOf, scale, sum, term } from './linear.ts';
import {
  COLUMN,
  castOf,
  comparedPositions,
  difference,
  dimensionOf,
  isNarrow,
  isOverBoth,
  isPlain,
  isSquareView,
  PRODUCT,
  positionOf,
  product,
  shifted,
} from './positions.ts';
import { triangleOf } from './triangle.ts';
import { valuesAfter } from './values-after.ts';

/** What is known of values: what `inferTypes` returns. */
export interface ScoreFacts extends ShapeFacts {
  /** Declared or inferred. */
  typeOf(value: Value): ValueType | undefined;
  /** Elements of a small integer tensor, as far as they are known. */
  integersOf(value: Value): readonly Dimension[] | undefined;
}

/** Deeper expressions are given up. */
const DEPTH_LIMIT = 48;

/** Elements of a constant that are looked at one by one. */
const MOST_ELEMENTS = 2 ** 24;

/**
 * Works out what an expression over [queries, keys] is made of: numbers, positions, the product of queries and keys, and
 * values that are taken as they come, its leaves. Masks become conditions, each case of which has a sum of its own, so that
 * it does not matter how a mask is spelt. Conditions are `leaf:n`, leaf n is not zero, and `diagonal:d`, row ≥ column − d.
 */
export class ScoreEvaluator {
  readonly leaves: Viewed[] = [];
  /** What the output of the product runs along. */
  productView: View | undefined;
  /** Scalar numbers of keys that ranges of key positions end at. */
  readonly lengths = new Set<Value>();
  /** Why there is no answer. */
  failure: string | undefined;
  readonly #facts: ScoreFacts;
  readonly #product: Value | undefined;
  readonly #afterProduct: ReadonlySet<Value>;
  readonly #leafNumbers = new Map<string, number>();
  readonly #known = new Map<Value, Map<string, Cases | undefined>>();

  /** @param softmax ends what is evaluated */
  constructor(facts: ScoreFacts, product: Value | undefined, softmax: Node | undefined) {
    this.#facts = facts;
    this.#product = product;
    this.#afterProduct = new Set(product && valuesAfter(product, softmax));
  }

  evaluate(value: Value, view: View, depth = DEPTH_LIMIT): Cases | undefined {
    const known = this.#known.get(value) ?? new Map<string, Cases | undefined>();
    this.#known.set(value, known);
    const key = viewKey(view);
    if (known.has(key)) return known.get(key);
    const result = depth === 0 ? undefined : this.#evaluate(value, view, depth - 1);
    known.set(key, result);
    if (result === undefined) this.failure ??= `nothing is known of ${value.producer ?? value}`;
    return result;
  }

  #evaluate(value: Value, view: View, depth: number): Cases | undefined {
    if (value === this.#product) {
      this.productView ??= view;
      return viewKey(this.productView) === viewKey(view) ? always(term(PRODUCT)) : undefined;
    }
    const constant = constantTensor(value);
    if (constant !== undefined) return this.#constant(constant, view);
    const [integer] = this.#facts.integersOf(value) ?? [];
    if (integer !== undefined && integer !== null && extentOf(view.flat()) === 1 && this.#isSingle(value)) {
      return always(typeof integer === 'number' ? linear(integer) : linear(0, undefined, integer));
    }
    const node = value.producer;
    if (node === null) return this.#leaf(value, view);
    const failureBefore = this.failure;
    const result = this.#operator(node, value, view, depth);
    if (isOverBoth(view))
      return result ?? (this.#afterProduct.has(value) ? undefined : this.#leaf(value, view));
    // What runs along queries or keys alone is one term, whatever is in it, unless it is made of numbers and masks.
    if (result?.table.every((each) => each.terms.size < 2 && isPlain(each))) return result;
    this.failure = failureBefore;
    return this.#leaf(value, view);
  }

  #isSingle(value: Value): boolean {
    return this.#facts.shapeOf(value)?.every((extent) => extent === 1) === true;
  }

  #operator(node: Node, value: Value, view: View, depth: number): Cases | undefined {
    const at = (index: number): Cases | undefined => {
      const input = node.input(index);
      const shape = input && this.#facts.shapeOf(input);
      const inner = shape && broadcastView(view, shape, true);
      if (input === undefined) return undefined;
      if (inner === undefined) {
        this.failure ??= `extents of ${input} are not known to be those of the scores`;
        return undefined;
      }
      return this.evaluate(input, inner, depth);
    };
    const combine = (
      operation: (values: readonly Linear[]) => Linear | undefined,
      count = node.inputs.length,
    ) => {
      const operands = Array.from({ length: count }, (_, index) => at(index));
      return operands.every((operand) => operand !== undefined) ? inEachCase(operands, operation) : undefined;
    };
    const numbers = (operation: (...values: number[]) => number) =>
      combine((values) => {
        const known = values.map(numberOf);
        return known.every((each) => each !== undefined) ? linear(operation(...known)) : undefined;
      });
    if (node.is('Cast')) {
      const inner = at(0);
      const isInteger = this.#isInteger(node.input(0));
      const cast =
        inner && inEachCase([inner], ([each]) => each && castOf(each, node.int('to') ?? 0, isInteger));
      // What is rounded before it is spread over rows and columns is taken as it is after the rounding.
      const isRounded = isNarrow(node) && cast?.table.some((each) => each.terms.size > 0);
      return isRounded && !isOverBoth(view) ? undefined : cast;
    }
    if (node.is('Identity', 'Transpose', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Expand', 'Tile')) {
      const inner = peel(node, view, this.#facts);
      if (inner !== undefined)
        return this.#outermost(value, view, this.evaluate(inner.value, inner.view, depth));
      this.failure ??= `extents around ${node} are not known`;
      return undefined;
    }
    switch (node.is(node.opType) ? node.opType : '') {
      case 'Add':
      case 'Sum':
        return combine((values) =>
          values.slice(1).reduce<Linear | undefined>((total, each) => total && sum(total, each), values[0]),
        );
      case 'Sub':
        return combine(([a, b]) => a && b && difference(a, b));
      case 'Neg':
        return combine(([a]) => a && scale(a, -1));
      case 'Mul':
        return combine(([a, b]) => a && b && product(a, b));
      case 'Div':
        return combine(([a, b]) => {
          const divisor = b && numberOf(b);
          if (a === undefined || divisor === undefined || divisor === 0) return undefined;
          if (this.#isFloat(value)) return scale(a, 1 / divisor);
          // Integers are divided without a remainder: positions then come in steps.
          const dividend = numberOf(a);
          return dividend === undefined ? undefined : linear(Math.trunc(dividend / divisor));
        });
      case 'Sqrt':
        return numbers(Math.sqrt);
      case 'Reciprocal':
        return numbers((a) => 1 / a);
      case 'Pow':
        return numbers((a, b) => a ** b);
      case 'Abs':
        return numbers(Math.abs);
      case 'Min':
        return numbers(Math.min);
      case 'Max':
        return numbers(Math.max);
      case 'Not':
        return numbers((a) => (a === 0 ? 1 : 0));
      case 'And':
        return numbers((a, b) => (a !== 0 && b !== 0 ? 1 : 0));
      case 'Or':
        return numbers((a, b) => (a !== 0 || b !== 0 ? 1 : 0));
      case 'Xor':
        return numbers((a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0));
      case 'Equal':
        if (this.#tellsNumbersApart(node, at(0), at(1))) return undefined;
        return numbers((a, b) => (a === b ? 1 : 0));
      case 'Greater':
      case 'GreaterOrEqual':
      case 'Less':
      case 'LessOrEqual':
        if (this.#tellsNumbersApart(node, at(0), at(1))) return undefined;
        return this.#comparison(node.opType, at(0), at(1));
      case 'Where': {
        const operands = [at(0), at(1), at(2)];
        if (!operands.every((operand) => operand !== undefined)) return undefined;
        return inEachCase(operands, ([condition, a, b]) => {
          const known = condition && numberOf(condition);
          return known === undefined ? undefined : known === 0 ? b : a;
        });
      }
      case 'Trilu':
        return this.#trilu(node, view, at(0));
      case 'ConstantOfShape': {
        const tensor = node.tensor('value');
        const fill = tensor === undefined ? 0 : tensor.numbers()[0];
        return fill === undefined ? undefined : always(linear(fill));
      }
      case 'Range':
        return this.#range(node, view);
      case 'CumSum':
        return this.#count(node, view, at(0));
      case 'Slice':
        return this.#sliced(node, view);
      default:
        return undefined;
    }
  }

  /** Of a leaf over queries and keys in another order of axes, the view in which they come last. */
  #outermost(value: Value, view: View, inner: Cases | undefined): Cases | undefined {
    const [only] = inner?.table ?? [];
    const [name] = only?.terms.keys() ?? [];
    const isLeaf = inner?.table.length === 1 && only?.terms.size === 1 && only.terms.get(name ?? '') === 1;
    const leaf = isLeaf && only.constant === 0 ? this.leafOf(name ?? '') : undefined;
    const isTurned =
      leaf !== undefined && isOverBoth(leaf.view) && !isSquareView(leaf.view) && isSquareView(view);
    return isTurned ? this.#leaf(value, view) : inner;
  }

  /** The leaf of a term or condition. */
  leafOf(name: string): Viewed | undefined {
    return this.leaves[Number(/^leaf:(\d+)$/.exec(name)?.[1])];
  }

  #isInteger(value: Value | undefined): boolean {
    const type = value && this.#facts.typeOf(value);
    return isTensorType(type) && /int|bool/.test(type.elementType);
  }

  #isFloat(value: Value): boolean {
    const type = this.#facts.typeOf(value);
    return isTensorType(type) && /float/.test(type.elementType);
  }

  /**
   * Whether a leaf of integers is compared with a number such that more matters than whether they are zero: what is compared
   * may be the numbers of tokens and not a mask, so that the outcome is to be taken as it comes.
   */
  #tellsNumbersApart(node: Node, a: Cases | undefined, b: Cases | undefined): boolean {
    return [
      [a, b],
      [b, a],
    ].some(([leaf, other]) => {
      const [only, ...others] = other?.table ?? [];
      const number = only && others.length === 0 ? numberOf(only) : undefined;
      if (number === undefined || !leaf || !this.#isLeafOfIntegers(leaf)) return false;
      if (node.is('Equal')) return number > 0;
      // Whether the number itself counts as more.
      const isStrict = (leaf === a) === node.is('Greater', 'LessOrEqual');
      return isStrict ? number >= 1 : number > 1;
    });
  }

  #isLeafOfIntegers({ conditions, table }: Cases): boolean {
    const [condition = ''] = conditions;
    const leaf = this.leafOf(condition)?.value;
    const type = leaf && this.#facts.typeOf(leaf);
    const [whenZero, otherwise] = table.map(numberOf);
    const isItself = conditions.length === 1 && whenZero === 0 && otherwise === 1;
    return isItself && isTensorType(type) && type.elementType !== 'bool';
  }

  /** Whether a value has the extents that its view says, which nobody has checked where they were not known. */
  #hasExtents(value: Value | undefined, view: View): boolean {
    const shape = value && this.#facts.shapeOf(value);
    return shape !== undefined && broadcastView(view, shape) !== undefined;
  }

  #leaf(value: Value, view: View): Cases | undefined {
    if (!this.#hasExtents(value, view)) {
      this.failure ??= `the extents of ${value} are not known to be those of the scores`;
      return undefined;
    }
    const identity = `${value.name}|${viewKey(view)}`;
    const number = this.#leafNumbers.get(identity) ?? this.leaves.length;
    if (number === this.leaves.length) {
      this.#leafNumbers.set(identity, number);
      this.leaves.push({ value, view });
    }
    // Integers and bools that say which rows or keys count are zero or one.
    return this.#isInteger(value)
      ? choice(`leaf:${number}`, linear(1), linear(0))
      : always(term(`leaf:${number}`));
  }

  #constant(tensor: Tensor, view: View): Cases | undefined {
    if (tensor.size === 0 || tensor.size > MOST_ELEMENTS || !/float|int|bool/.test(tensor.dataType))
      return undefined;
    const numbers = tensor.numbers();
    const [first = 0] = numbers;
    if (numbers.every((each) => each === first)) return always(linear(first));
    const position = positionOf(view);
    if (position !== undefined)
      return numbers.every((each, index) => each === first + index) ? shifted(position, first) : undefined;
    const triangle = triangleOf(tensor);
    return triangle && isSquareView(view)
      ? this.#diagonal(0, linear(triangle.lower), linear(triangle.upper))
      : undefined;
  }

  #diagonal(offset: Dimension, atOrBefore: Linear, after: Linear): Cases | undefined {
    return offset === null ? undefined : choice(`diagonal:${offset}`, atOrBefore, after);
  }

  #range(node: Node, view: View): Cases | undefined {
    const [start, limit, step] = [node.input(0), node.input(1), node.input(2)];
    const position = positionOf(view);
    const from = start && this.evaluate(start, []);
    const by = step && this.evaluate(step, []);
    const [first, delta] = [from?.table[0], by?.table[0]];
    if (position === undefined || !first || first.terms.size > 0 || !delta || numberOf(delta) !== 1)
      return undefined;
    if (!this.#hasExtents(node.output(0), view) && !this.#countsTo(limit, first, view)) return undefined;
    if (position === COLUMN && limit !== undefined && numberOf(first) === 0) this.lengths.add(limit);
    const shiftedBy = sum(term(position), first);
    return shiftedBy && always(shiftedBy);
  }

  /** Whether a range has as many numbers as the view, told from its limit where inference does not follow that. */
  #countsTo(limit: Value | undefined, first: Linear, view: View): boolean {
    const [end] = (limit && this.evaluate(limit, [])?.table) ?? [];
    const count = end && difference(end, first);
    return count !== undefined && dimensionOf(count) === extentOf(view.flat());
  }

  /** A running sum of ones counts positions from 1. */
  #count(node: Node, view: View, summed: Cases | undefined): Cases | undefined {
    const position = positionOf(view);
    const isOne = summed?.table.length === 1 && summed.table[0] && numberOf(summed.table[0]) === 1;
    const axis = node.input(1) && this.#facts.integersOf(node.input(1) as Value)?.[0];
    const along = view.findIndex((factors) => factors.length > 0);
    const isAlong = typeof axis === 'number' && (axis < 0 ? axis + view.length : axis) === along;
    if (!isOne || position === undefined || !isAlong || node.int('reverse') === 1) return undefined;
    if (!this.#hasExtents(node.output(0), view)) return undefined;
    return shifted(position, node.int('exclusive') === 1 ? 0 : 1);
  }

  #comparison(opType: string, a: Cases | undefined, b: Cases | undefined): Cases | undefined {
    if (a === undefined || b === undefined) return undefined;
    const isStrict = opType === 'Greater' || opType === 'Less';
    const [larger, smaller] = opType.startsWith('Greater') ? [a, b] : [b, a];
    const differences = inEachCase([larger, smaller], ([x, y]) => x && y && difference(x, y));
    if (differences === undefined) return undefined;
    const [only] = differences.table;
    if (differences.table.length === 1 && only !== undefined && numberOf(only) === undefined) {
      return comparedPositions(only, isStrict);
    }
    return inEachCase([differences], ([each]) => {
      const known = each && numberOf(each);
      return known === undefined ? undefined : linear((isStrict ? known > 0 : known >= 0) ? 1 : 0);
    });
  }

  #trilu(node: Node, view: View, inner: Cases | undefined): Cases | undefined {
    if (inner === undefined || !isSquareView(view) || !this.#hasExtents(node.output(0), view))
      return undefined;
    const shift = node.input(1);
    const offset = shift === undefined ? always(linear(0)) : this.evaluate(shift, []);
    const [by] = offset?.table ?? [];
    if (by === undefined || by.terms.size > 0 || offset?.table.length !== 1) return undefined;
    const isLower = node.int('upper') === 0;
    // Lower: column ≤ row + k stays. Upper: column ≥ row + k stays, so that column ≤ row + k − 1 goes.
    const diagonal = isLower ? by : sum(by, linear(-1));
    const condition = diagonal && this.#diagonal(dimensionOf(diagonal) ?? null, linear(1), linear(0));
    return (
      condition &&
      inEachCase([condition, inner], ([holds, x]) =>
        holds && (numberOf(holds) === 1) === isLower ? x : linear(0),
      )
    );
  }

  /** A slice from the start of constant positions or of a constant triangle, as models keep them for their longest input. */
  #sliced(node: Node, view: View): Cases | undefined {
    const cut = this.#hasExtents(node.output(0), view) ? this.#cut(node, view.length) : undefined;
    if (cut === undefined || cut.tensor.size > MOST_ELEMENTS || cut.tensor.dims.length !== view.length)
      return undefined;
    const position = positionOf(view);
    if (position !== undefined && cut.first.every((start) => start === 0))
      return this.#constant(cut.tensor, view);
    const triangle = triangleOf(cut.tensor);
    if (triangle === undefined || !isSquareView(view) || cut.first.at(-1) !== 0) return undefined;
    return this.#diagonal(cut.first.at(-2) ?? null, linear(triangle.lower), linear(triangle.upper));
  }

  /** The constant that slices with steps of 1 are cut out of, and where they start along each axis. */
  #cut(last: Node, rank: number): { tensor: Tensor; first: readonly Dimension[] } | undefined {
    const first = Array.from<Dimension>({ length: rank }).fill(0);
    let current: Value | undefined = last.output(0);
    for (let node = current?.producer; node?.is('Slice', 'Identity', 'Cast'); node = current?.producer) {
      current = node.input(0);
      if (!node.is('Slice')) continue;
      const [starts, axes, steps] = [node.input(1), node.input(3), node.input(4)].map(
        (value) => value && this.#facts.integersOf(value),
      );
      if (starts === undefined || steps?.some((step) => step !== 1)) return undefined;
      for (const [index, start] of starts.entries()) {
        const axis = axes === undefined ? index : axes[index];
        if (typeof axis !== 'number' || start === null || (typeof start === 'number' && start < 0))
          return undefined;
        const from = axis < 0 ? axis + rank : axis;
        first[from] = addDimensions(first[from] ?? null, start);
      }
    }
    const tensor = constantTensor(current);
    return tensor && { tensor, first };
  }
}
