import type { ScoreReading, Viewed } from '@sentei/anatomy';
import type { TypeTable, Value } from '@sentei/ir';
import type { OperandAxis } from './operand.ts';
import { type AxisNames, BY_HEAD, readOperand } from './read-operand.ts';

/**
 * Names the leading axes of the scores. Where these are one axis, [batch · heads, …], the two are told apart by the Reshape
 * that made queries of them; if there is none, every sequence and head counts as a sequence with one head.
 */
export function nameAxes(
  reading: ScoreReading,
  types: TypeTable,
): { names: AxisNames; heads: number | undefined } {
  const positions = [
    ['q', 'position'],
    ['k', 'position'],
    ['d', 'channel'],
    ['c', 'channel'],
  ] as const;
  if (reading.scores.length === 4) {
    const [, head] = reading.scores;
    const extent = head?.[0]?.extent ?? 1;
    return {
      names: new Map([...positions, ['0', 'batch'], ['1', 'head'], ['1.0', 'head']]),
      heads: typeof extent === 'number' ? extent : undefined,
    };
  }
  const split = new Map<string, OperandAxis>([
    ...positions,
    ['0.0', 'batch'],
    ['0.1', 'head'],
    ['0.1.0', 'head'],
  ]);
  const operands = [reading.query, reading.key, reading.value];
  const isSplit = operands.every((each) => splitHeads(each, split, types) !== undefined);
  const heads = isSplit ? splitHeads(reading.query, split, types) : undefined;
  if (heads !== undefined) return { names: split, heads };
  return { names: new Map([...positions, ['0', 'batch']]), heads: 1 };
}

/** Number of heads that a Reshape put together with the batch. */
function splitHeads(start: Viewed, names: AxisNames, types: TypeTable): number | undefined {
  for (const extent of candidateHeads(start, types)) {
    if (readOperand(start, names, BY_HEAD, extent, types)?.sharing === 1) return extent;
  }
  return undefined;
}

function candidateHeads(start: Viewed, types: TypeTable): number[] {
  const found: number[] = [];
  let value: Value | undefined = start.value;
  for (let steps = 0; value !== undefined && steps < 16; steps++) {
    for (const extent of types.shapeOf(value) ?? [])
      if (typeof extent === 'number' && extent > 1) found.push(extent);
    value = value.producer?.input(0);
  }
  return [...new Set(found)];
}
