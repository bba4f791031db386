import { type CostRules, type Operation, product } from './operation.ts';

/** Weights are [outputs, inputs of a group, kernel…]: each output element sums over all axes but the first. */
function convolution(weight: number, bias: number) {
  return (operation: Operation): number => {
    const size = operation.outputSize();
    return 2 * size * product(operation.shape(weight).slice(1)) + (operation.has(bias) ? size : 0);
  };
}

/** Weights are [inputs, outputs of a group, kernel…]: each input element is spread over all axes but the first. */
function transposed(operation: Operation): number {
  const bias = operation.has(2) ? operation.outputSize() : 0;
  return 2 * operation.size(0) * product(operation.shape(1).slice(1)) + bias;
}

/** Depthwise: weights are [channels, 1, width]. */
function causal(operation: Operation): number {
  const width = operation.shape(1).at(-1) ?? 1;
  return 2 * operation.size(0) * width + (operation.has(2) ? operation.size(0) : 0);
}

function pool(perElement: number) {
  return (operation: Operation): number => {
    const kernel = operation.node.ints('kernel_shape') ?? operation.fail('it has no kernel_shape');
    return perElement * operation.outputSize() * product(kernel);
  };
}

function globalPool(perElement: number) {
  return (operation: Operation): number => perElement * operation.size(0) + operation.outputSize();
}

/** Convolutions, and pooling that adds; pooling that compares costs nothing, as all comparisons. */
export const convolutionCosts: CostRules = {
  Conv: convolution(1, 2),
  ConvInteger: convolution(1, Number.POSITIVE_INFINITY),
  QLinearConv: convolution(3, 8),
  ConvTranspose: transposed,
  CausalConvWithState: causal,
  AveragePool: pool(1),
  LpPool: pool(2),
  GlobalAveragePool: globalPool(1),
  GlobalLpPool: globalPool(2),
};

/** The same of the `com.microsoft` domain. */
export const microsoftConvolutionCosts: CostRules = {
  QLinearConv: convolution(3, 8),
  FusedConv: (operation) => convolution(1, 2)(operation) + operation.outputSize(),
};
