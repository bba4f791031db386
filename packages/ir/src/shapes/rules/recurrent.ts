import type { Dimension } from '../../graph/type.ts';
import { mergeDimension } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/**
 * Data [length, batch, width], weights [directions, gates·hidden, width] and [directions, gates·hidden, hidden]; with
 * `layout` 1 the batch comes first in data and states.
 */
function recurrent(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const data = context.shapeOfRank(0, 3, 3);
  const recurrence = context.shapeOfRank(2, 3, 3);
  const batchFirst = context.int('layout') === 1;
  const [first = null, second = null] = data ?? [];
  const [length, batch] = batchFirst ? [second, first] : [first, second];
  const directions = context.string('direction') === 'bidirectional' ? 2 : 1;
  const hidden: Dimension =
    mergeDimension(context.int('hidden_size') ?? null, recurrence?.[2] ?? null) ??
    context.fail('hidden_size and recurrence weights differ');
  const state = tensorFact(
    elementType,
    batchFirst ? [batch, directions, hidden] : [directions, batch, hidden],
  );
  const whole = batchFirst ? [batch, length, directions, hidden] : [length, directions, batch, hidden];
  return [tensorFact(elementType, whole), state, state];
}

export const recurrentRules: RuleFamily = { GRU: recurrent, LSTM: recurrent, RNN: recurrent };
