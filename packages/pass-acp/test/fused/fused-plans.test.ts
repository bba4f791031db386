import { GraphBuilder, inferTypes, tensorType } from '@sentei/ir';
import { expect, test } from 'vitest';
import { FusedPlans } from '../../src/fused/fused-plans.ts';
import { attentionInputs, modelOf } from '../support/attention-model.ts';

/** Whether two attentions of one graph share a plan, where one's gates are declared as given. */
function isShared(dims: readonly (string | number | null)[]): boolean {
  const { graph, b, attention } = attentionInputs({ heads: 2, channels: 8 });
  const other = graph.newValue('other', tensorType('float32', dims));
  graph.inputs.push(other);
  const logGates = { ...attention.decay.logGates, value: other };
  const types = inferTypes(modelOf(graph, b, attention.query.value));
  const plans = new FusedPlans(64, types);
  const builder = new GraphBuilder(graph);
  const first = plans.planFor(builder, attention);
  return plans.planFor(builder, { ...attention, decay: { ...attention.decay, logGates } }) === first;
}

test('attention over the same batch and length shares a plan, and no other does', () => {
  expect(isShared(['batch', 2, 'length'])).toBe(true);
  expect(isShared(['batch', 2, 'shorter'])).toBe(false);
  expect(isShared(['one', 2, 'length'])).toBe(false);
  expect(isShared([null, 2, 'length'])).toBe(false);
});
