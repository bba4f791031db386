import type { Factor, View } from '@sentei/anatomy';
import {
  DATA_TYPES,
  type GraphBuilder,
  isTensorType,
  Tensor,
  type TypeTable,
  tensorType,
  type Value,
} from '@sentei/ir';
import type { OperandAxis } from './operand.ts';
import type { AxisNames } from './read-operand.ts';

export interface FinishFields {
  /** Element type of the output in the graph, if another than the lowering's. */
  readonly cast: 'float32' | 'float16' | 'bfloat16' | undefined;
  readonly zeroesUndefinedRows: boolean;
  readonly types: TypeTable;
  /** The output in the graph. */
  readonly output: Value;
}

const BY_HEAD: readonly OperandAxis[] = ['batch', 'head', 'position', 'channel'];

/** Makes what puts [batch, heads, queries, channels] into the layout that the graph has. */
export function finishOutput(
  graphView: View,
  names: AxisNames,
  { cast, zeroesUndefinedRows, types, output }: FinishFields,
): (b: GraphBuilder, value: Value) => Value {
  const view = graphView.map((factors) => factors.flatMap((factor) => partsOf(factor, names)));
  const shape = types.shapeOf(output) ?? [];
  const order = view.flat().map(({ axis }) => names.get(axis) ?? 'batch');
  const absent = BY_HEAD.filter((axis) => !order.includes(axis));
  return (b, value) => {
    let result = value;
    if (cast !== undefined) result = b.op('Cast', [result], { attributes: { to: BigInt(DATA_TYPES[cast]) } });
    const permutation = [...order, ...absent].map((axis) => BY_HEAD.indexOf(axis));
    if (!permutation.every((source, index) => source === index))
      result = b.op('Transpose', [result], { attributes: { perm: permutation.map(BigInt) } });
    if (view.some((factors) => factors.length !== 1) || absent.length > 0)
      result = b.op('Reshape', [result, shapeOfView(b, result, view, shape)]);
    if (!zeroesUndefinedRows) return result;
    const type = types.typeOf(output);
    const elementType = isTensorType(type) ? type.elementType : 'float32';
    const zero = b.constant(Tensor.floats([0], [], elementType === 'float16' ? 'float16' : 'float32'));
    return b.op('Where', [b.op('IsNaN', [result]), zero, result], {
      types: [tensorType(elementType, [...shape])],
    });
  };
}

/** Batch and heads in one axis, where operands tell them apart. */
function partsOf(factor: Factor, names: AxisNames): Factor[] {
  if (names.has(factor.axis)) return [factor];
  return ['0', '1'].map((part) => ({ axis: `${factor.axis}.${part}`, extent: null }));
}

/** The extents of the graph's layout: constants as far as they are, products of those of `value` elsewhere. */
function shapeOfView(
  b: GraphBuilder,
  value: Value,
  view: View,
  shape: readonly (number | string | null)[],
): Value {
  if (shape.filter((extent) => typeof extent !== 'number').length < 2)
    return b.int64(shape.map((extent) => (typeof extent === 'number' ? extent : -1)));
  const extents = b.op('Shape', [value]);
  let next = 0;
  const parts = view.map((factors, index) => {
    const own = factors.map(() => b.op('Gather', [extents, b.int64([next++])], { attributes: { axis: 0n } }));
    const extent = shape[index];
    if (typeof extent === 'number' || own.length === 0)
      return b.int64([typeof extent === 'number' ? extent : 1]);
    return own.reduce((a, each) => b.op('Mul', [a, each]));
  });
  return b.op('Concat', parts, { attributes: { axis: 0n } });
}
