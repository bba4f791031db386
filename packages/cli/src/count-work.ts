import { countFlops, type FlopCount } from '@sentei/anatomy';
import { type Model, type Node, readModel } from '@sentei/ir';
import type { BenchmarkRecord, ModelWork } from '@sentei/report';
import type { BenchmarkFigure, ModelFigures } from '@sentei/runtime';

/**
 * Counts the work of the models at each point that was measured.
 *
 * @throws what `readModel` throws
 */
export async function countWork(
  original: string,
  candidate: string | undefined,
  figures: readonly BenchmarkFigure[],
): Promise<BenchmarkRecord['work']> {
  const before = await readModel(original);
  const after = candidate === undefined ? undefined : await readModel(candidate);
  const points = new Map(figures.map((figure) => [figure.label, figure]));
  return [...points.values()].map((figure) => ({
    label: figure.label,
    original: workAt(before, figure.original),
    ...(after && figure.candidate && { candidate: workAt(after, figure.candidate) }),
  }));
}

function workAt(model: Model, { inputs }: ModelFigures): ModelWork {
  const { flops, bytes, nodes, unknown }: FlopCount = countFlops(model, inputs);
  return {
    flops,
    bytes,
    nodes: nodes.map(({ node, ...cost }) => ({ ...nameOf(node), ...cost })),
    unknown: unknown.map(({ node, reason }) => ({ ...nameOf(node), reason })),
  };
}

function nameOf(node: Node): { readonly name: string; readonly operator: string } {
  const operator = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
  return { name: node.name || (node.outputs[0]?.name ?? ''), operator };
}
