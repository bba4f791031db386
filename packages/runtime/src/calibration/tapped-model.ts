import { type Model, removeUnread, writeChanged } from '@sentei/ir';
import type { Plan } from './plan.ts';
import { tappedOutputs } from './plan-taps.ts';

/**
 * Writes a model whose outputs are the tapped values, without the nodes that none of them needs. The model itself stays as it
 * is, and external data where it is.
 *
 * @throws SenteiError as `writeChanged`
 */
export function writeTappedModel(model: Model, plan: Plan, path: string): Promise<void> {
  return writeChanged(model, path, ({ graph }) => {
    const outputs = tappedOutputs(model, plan);
    // A model has to return something; what it is does not matter where only inputs are tapped.
    graph.setOutputs(outputs.length > 0 ? outputs : graph.outputs.slice(0, 1));
    for (const node of graph.nodesBackwards()) removeUnread(node);
  });
}
