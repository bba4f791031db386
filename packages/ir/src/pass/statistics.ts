import type { Model } from '../graph/model.ts';

/** Counts of what a model holds. */
export interface ModelStatistics {
  /** Nodes, those in subgraphs and functions included. */
  readonly nodes: number;
  /** Elements of all initializers and Constant tensors. */
  readonly parameters: number;
  /** Bytes those elements take. */
  readonly bytes: number;
}

/** Counts what a model is made of, without reading any weights. */
export function countModel(model: Model): ModelStatistics {
  let nodes = 0;
  let parameters = 0;
  let bytes = 0;
  for (const graph of model.graphs()) {
    for (const { tensor } of graph.initializers) {
      parameters += tensor?.size ?? 0;
      bytes += tensor?.byteLength ?? 0;
    }
    for (const node of graph.nodes()) {
      nodes++;
      const tensor = node.is('Constant') ? node.tensor('value') : undefined;
      parameters += tensor?.size ?? 0;
      bytes += tensor?.byteLength ?? 0;
    }
  }
  return { nodes, parameters, bytes };
}
