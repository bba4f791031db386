import { type CostRules, type Operation, product } from './operation.ts';

/** A multiplication and an addition for each element of the output and of the axis that is summed over. */
function matMul(operation: Operation): number {
  const inner = operation.shape(0).at(-1);
  return 2 * operation.outputSize() * (inner ?? operation.fail('input 0 is a scalar'));
}

function fusedMatMul(operation: Operation): number {
  if (operation.int('transBatchA', 0) !== 0) operation.fail('it moves a batch axis');
  const inner = operation.shape(0).at(operation.int('transA', 0) === 1 ? -2 : -1);
  return 2 * operation.outputSize() * (inner ?? operation.fail('input 0 is a scalar'));
}

function gemm(operation: Operation, bias = 2): number {
  const [rows = 0, columns = 0] = operation.shape(0);
  const inner = operation.int('transA', 0) === 1 ? rows : columns;
  const size = operation.outputSize();
  const scaled = (operation.node.float('alpha') ?? 1) === 1 ? 0 : size;
  return 2 * size * inner + scaled + (operation.has(bias) ? size : 0);
}

/** Weights of few bits, whose sizes are attributes. */
function packedMatMul(operation: Operation): number {
  const inner = operation.node.int('K') ?? operation.fail('it has no K');
  return 2 * operation.outputSize() * inner;
}

/** As many operations for each combination of indices as there are operands: all but one products, and the sum. */
function einsum(operation: Operation): number {
  const equation = (operation.node.string('equation') ?? '').replaceAll(' ', '');
  const terms = (equation.split('->')[0] ?? '').split(',');
  const extents = new Map<string, number>();
  for (const [index, term] of terms.entries()) {
    const shape = operation.shape(index);
    const [before = '', after = ''] = term.split('...');
    const hidden = shape.length - before.length - after.length;
    if (hidden < 0 || (hidden > 0 && !term.includes('...'))) operation.fail(`it does not fit '${equation}'`);
    const names = [
      ...before,
      // Axes under an ellipsis are aligned at the last.
      ...Array.from({ length: hidden }, (_, axis) => `...${hidden - axis}`),
      ...after,
    ];
    for (const [axis, name] of names.entries())
      extents.set(name, Math.max(extents.get(name) ?? 1, shape[axis] ?? 1));
  }
  const combinations = product([...extents.values()]);
  return combinations === operation.outputSize()
    ? combinations * (terms.length - 1)
    : combinations * terms.length;
}

const ACTIVATION = 1;

/** Products of matrices. Products of integers count as those of fractions: they are the work. */
export const matrixCosts: CostRules = {
  MatMul: matMul,
  MatMulInteger: matMul,
  QLinearMatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
};

/** The same of the `com.microsoft` domain. */
export const microsoftMatrixCosts: CostRules = {
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedMatMulActivation: (operation) => fusedMatMul(operation) + ACTIVATION * operation.outputSize(),
  FusedGemm: (operation) => gemm(operation) + ACTIVATION * operation.outputSize(),
  QGemm: (operation) => gemm(operation, 6),
  MatMulInteger16: matMul,
  MatMulIntegerToFloat: matMul,
  DynamicQuantizeMatMul: matMul,
  MatMulNBits: packedMatMul,
  MatMulBnb4: packedMatMul,
};
