import { type GivenInput, parseModel } from '@sentei/ir';
import { countFlops, type FlopCount } from '../../src/cost/count-flops.ts';

/**
 * Counts a model given as the inputs and the nodes of its graph, such as `float[2, 3] x` and `y = Relu (x)`.
 *
 * @param given inputs whose declared shapes have symbols
 */
export function countText(
  inputs: string,
  nodes: string,
  given: Readonly<Record<string, GivenInput>> = {},
): FlopCount {
  const header = '<ir_version: 10, opset_import: ["": 23, "com.microsoft": 1, "acme": 1]>';
  return countFlops(parseModel(`${header} g (${inputs}) => (y) { ${nodes} }`), given);
}

/** The work of a model that is known before a run. */
export function flopsOf(
  inputs: string,
  nodes: string,
  given: Readonly<Record<string, GivenInput>> = {},
): number {
  const { flops, unknown } = countText(inputs, nodes, given);
  if (unknown[0] !== undefined) throw new Error(unknown[0].reason);
  if (flops.least !== flops.most) throw new Error(`${flops.least} to ${flops.most}`);
  return flops.least;
}
