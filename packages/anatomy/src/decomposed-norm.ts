import { constantIntegers, constantScalar, constantTensor, type Node, type Value } from '@sentei/ir';
import type { Norm } from './norm.ts';

/**
 * Reads a norm that is written out in arithmetic, starting from the ReduceMean that averages the squares:
 * ReduceMean(x²) + ε, a root (Sqrt, Pow), a division or a multiplication by the reciprocal, then gain and bias. Casts to
 * a wider type may stand around it, and LayerNorm has Sub(x, ReduceMean(x)) in place of x.
 *
 * @param constants what `findConstantValues` returns: gains and biases are among them.
 */
export function matchDecomposedNorm(mean: Node, constants: ReadonlySet<Value>): Norm | undefined {
  const axes = reducedAxes(mean);
  const square = mean.input(0)?.producer;
  const squared = square ? squareOf(square) : undefined;
  if (axes === undefined || !square || squared === undefined) return undefined;
  const divisor = matchRoot(mean);
  const normalised = divisor && matchDivision(divisor.value, divisor.inverted);
  if (divisor === undefined || normalised === undefined) return undefined;
  const source = matchSource(squared, normalised.numerator, axes);
  if (source === undefined) return undefined;
  const affine = matchAffine(normalised.node, constants);
  const core = new Set([
    ...source.nodes,
    square,
    mean,
    ...divisor.nodes,
    ...normalised.casts,
    normalised.node,
    ...affine.nodes,
  ]);
  const { input, output } = includeCasts(source.input, affine.output, core);
  return {
    kind: source.kind,
    input,
    added: [],
    output,
    sum: undefined,
    scale: affine.scale,
    bias: affine.bias,
    epsilon: divisor.epsilon,
    axes: fromTheEnd(axes, input.shape?.length),
    nodes: [...core],
  };
}

function reducedAxes(node: Node): number[] | undefined {
  if (!node.is('ReduceMean') || node.int('keepdims') === 0) return undefined;
  const axes = node.ints('axes') ?? constantIntegers(node.input(1));
  return axes === undefined || axes.length === 0 ? undefined : axes;
}

function fromTheEnd(axes: readonly number[], rank: number | undefined): number[] {
  return axes.map((axis) => (axis < 0 || rank === undefined ? axis : axis - rank)).sort((a, b) => a - b);
}

/** x of Pow(x, 2) or Mul(x, x). */
function squareOf(node: Node): Value | undefined {
  const [a, b] = [node.input(0), node.input(1)];
  if (node.is('Pow')) return scalarOf(b) === 2 ? a : undefined;
  return node.is('Mul') && a === b ? a : undefined;
}

/** From the mean of squares to what x is divided by, or multiplied by when `inverted`. */
function matchRoot(
  mean: Node,
): { value: Value; inverted: boolean; epsilon: number; nodes: Node[] } | undefined {
  const add = soleReader(mean);
  const epsilon = add?.is('Add') ? (scalarOf(add.input(0)) ?? scalarOf(add.input(1))) : undefined;
  const root = add && soleReader(add);
  const rooted = root?.output(0);
  if (add === undefined || epsilon === undefined || root === undefined || rooted === undefined)
    return undefined;
  const exponent = root.is('Pow') ? scalarOf(root.input(1)) : root.is('Sqrt') ? 0.5 : undefined;
  if (exponent === -0.5) return { value: rooted, inverted: true, epsilon, nodes: [add, root] };
  if (exponent !== 0.5) return undefined;
  const inverse = soleReader(root);
  const reciprocal = inverse?.output(0);
  const inverts =
    inverse?.is('Reciprocal') ||
    (inverse?.is('Div') && scalarOf(inverse.input(0)) === 1) ||
    (inverse?.is('Pow') && scalarOf(inverse.input(1)) === -1);
  return inverse !== undefined && reciprocal !== undefined && inverts
    ? { value: reciprocal, inverted: true, epsilon, nodes: [add, root, inverse] }
    : { value: rooted, inverted: false, epsilon, nodes: [add, root] };
}

function matchDivision(
  root: Value,
  inverted: boolean,
): { numerator: Value; node: Node; casts: Node[] } | undefined {
  const casts: Node[] = [];
  let divisor = root;
  let node = divisor.soleConsumer();
  const cast = node?.is('Cast') ? node.output(0) : undefined;
  if (node && cast) {
    casts.push(node);
    divisor = cast;
    node = divisor.soleConsumer();
  }
  if (node === undefined) return undefined;
  const [a, b] = [node.input(0), node.input(1)];
  const numerator = inverted
    ? node.is('Mul')
      ? a === divisor
        ? b
        : a
      : undefined
    : node.is('Div') && b === divisor
      ? a
      : undefined;
  return numerator === undefined || numerator === divisor ? undefined : { numerator, node, casts };
}

/** Tells from what was squared and what was divided whether the mean was taken off, and of what. */
function matchSource(
  squared: Value,
  numerator: Value,
  axes: readonly number[],
): { kind: Norm['kind']; input: Value; nodes: Node[] } | undefined {
  const left = centredOf(squared, axes);
  const right = centredOf(numerator, axes);
  if (left && right && behindCast(left.input) === behindCast(right.input)) {
    return { kind: 'layer', input: left.input, nodes: [...left.nodes, ...right.nodes] };
  }
  if (behindCast(squared) !== behindCast(numerator)) return undefined;
  return { kind: 'rms', input: squared, nodes: [] };
}

/** x of Sub(x, ReduceMean(x)). */
function centredOf(value: Value, axes: readonly number[]): { input: Value; nodes: Node[] } | undefined {
  const cast = value.producer?.is('Cast') ? value.producer : undefined;
  const sub = (cast?.input(0) ?? value).producer;
  const input = sub?.is('Sub') ? sub.input(0) : undefined;
  const mean = sub?.input(1)?.producer;
  if (!sub || input === undefined || !mean || mean.input(0) !== input) return undefined;
  if (`${reducedAxes(mean)}` !== `${axes}`) return undefined;
  return { input, nodes: cast ? [mean, sub, cast] : [mean, sub] };
}

interface Affine {
  readonly scale: Value | undefined;
  readonly bias: Value | undefined;
  readonly output: Value;
  readonly nodes: readonly Node[];
}

/** Gain and bias behind the division. A product with a single number is left alone: it belongs to whoever comes next. */
function matchAffine(division: Node, constants: ReadonlySet<Value>): Affine {
  const nodes: Node[] = [];
  let end = division;
  const take = (opType: 'Mul' | 'Add'): Value | undefined => {
    const first = soleReader(end);
    const cast = first?.is('Cast') ? first : undefined;
    const node = cast ? soleReader(cast) : first;
    const parameter = node?.is(opType)
      ? node.inputs.find((input) => input && constants.has(input))
      : undefined;
    if (node === undefined || !parameter || elementCount(parameter) === 1) return undefined;
    nodes.push(...(cast ? [cast] : []), node);
    end = node;
    return parameter;
  };
  const scale = take('Mul');
  const bias = take('Add');
  return { scale, bias, output: end.outputs[0] as Value, nodes };
}

/** A norm computed in another type than its input's takes the casts on both sides with it. */
function includeCasts(input: Value, output: Value, core: Set<Node>): { input: Value; output: Value } {
  const before = input.producer;
  const original = before?.is('Cast') ? before.input(0) : undefined;
  const onlyHere = input.outputOf.size === 0 && input.consumers().every((node) => core.has(node));
  if (!before || original === undefined || !onlyHere) return { input, output };
  const body = [...core];
  core.clear();
  for (const node of [before, ...body]) core.add(node);
  const after = output.soleConsumer();
  const restored = after?.is('Cast') ? after.output(0) : undefined;
  const castInside = body.some((node) => node.is('Cast'));
  if (!after || !restored || castInside || after.int('to') === before.int('to'))
    return { input: original, output };
  core.add(after);
  return { input: original, output: restored };
}

function soleReader(node: Node): Node | undefined {
  return node.output(0)?.soleConsumer();
}

function behindCast(value: Value): Value {
  return (value.producer?.is('Cast') ? value.producer.input(0) : undefined) ?? value;
}

/** A constant number, as it stands or behind a Cast. */
function scalarOf(value: Value | undefined): number | undefined {
  return value && (constantScalar(value) ?? constantScalar(behindCast(value)));
}

/** Elements of a constant, as it stands or behind a Cast; `undefined` where the size of one that is computed is unknown. */
function elementCount(value: Value): number | undefined {
  const tensor = constantTensor(value) ?? constantTensor(behindCast(value));
  if (tensor !== undefined) return tensor.size;
  const sizes = value.shape?.map((size) => (typeof size === 'number' ? size : undefined));
  return sizes?.reduce((product, size) => (product === undefined || !size ? undefined : product * size), 1);
}
