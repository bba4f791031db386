import type { CostRules, Operation } from './operation.ts';

/**
 * Data [length, batch, width] (or batch first), weights [directions, gates·hidden, width] and recurrence weights
 * [directions, gates·hidden, hidden]: in each step two products per gate, their sum, biases, and what the cell does with them.
 *
 * @param cell operations for each element of the state: activations, products and sums
 */
function recurrent(cell: number) {
  return (operation: Operation): number => {
    const steps = (operation.shape(0)[0] ?? 1) * (operation.shape(0)[1] ?? 1);
    const [directions = 1, rows = 1, width = 1] = operation.shape(1);
    const hidden = operation.shape(2)[2] ?? 1;
    const biases = operation.has(3) ? 2 * rows : 0;
    return steps * directions * (2 * rows * (width + hidden) + rows + biases + cell * hidden);
  };
}

/** LSTM: five activations, three products, a sum. GRU: three, three and two. RNN: one activation. */
export const recurrentCosts: CostRules = { LSTM: recurrent(9), GRU: recurrent(8), RNN: recurrent(1) };
