import type { DataType } from '../../graph/data-type.ts';
import type { Dimension, Shape } from '../../graph/type.ts';
import { broadcastShapes, differs } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { RuleContext, RuleFamily } from '../rule.ts';
import { commonElementType } from './elementwise.ts';

/** Shape of a matrix product of stacks of matrices; vectors count as matrices of one row or column. */
export function productShape(
  context: RuleContext,
  a: Shape | undefined,
  b: Shape | undefined,
): Dimension[] | undefined {
  if (a?.length === 0 || b?.length === 0) context.fail('an operand of a matrix product is a scalar');
  if (a === undefined || b === undefined) return undefined;
  const inner = b.length === 1 ? b[0] : b.at(-2);
  if (differs(a.at(-1), inner))
    context.fail(`[${a.map(String)}] and [${b.map(String)}] share no inner extent`);
  const stack = broadcastShapes([a.slice(0, -2), b.slice(0, -2)]);
  if (stack === undefined) context.fail(`stacks [${a.map(String)}] and [${b.map(String)}] do not broadcast`);
  const rows = a.length === 1 ? [] : [a.at(-2) ?? null];
  const columns = b.length === 1 ? [] : [b.at(-1) ?? null];
  return [...stack, ...rows, ...columns];
}

export function product(indices: readonly [number, number], elementType?: DataType) {
  return (context: RuleContext) => [
    tensorFact(
      elementType ?? commonElementType(context, indices),
      productShape(context, context.shape(indices[0]), context.shape(indices[1])),
    ),
  ];
}

export function gemm(context: RuleContext) {
  const a = context.shapeOfRank(0, 2, 2);
  const b = context.shapeOfRank(1, 2, 2);
  const flipsA = context.int('transA') === 1;
  const flipsB = context.int('transB') === 1;
  if (differs(a?.[flipsA ? 0 : 1], b?.[flipsB ? 1 : 0])) context.fail('the operands share no inner extent');
  const shape = [a?.[flipsA ? 1 : 0] ?? null, b?.[flipsB ? 0 : 1] ?? null];
  return [tensorFact(commonElementType(context, [0, 1, 2]), shape)];
}

export const matrixRules: RuleFamily = {
  MatMul: product([0, 1]),
  MatMulInteger: product([0, 1], 'int32'),
  QLinearMatMul: (context) => [
    tensorFact(context.elementType(7), productShape(context, context.shape(0), context.shape(3))),
  ],
  Gemm: gemm,
  Det: (context) => [tensorFact(context.elementType(0), context.shapeOfRank(0, 2)?.slice(0, -2))],
};
