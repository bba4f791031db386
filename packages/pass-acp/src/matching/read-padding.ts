import type { KeyMask } from '@sentei/anatomy';
import { DATA_TYPES, type GraphBuilder, type Value } from '@sentei/ir';
import type { Unprunable } from './decaying-attention.ts';
import { arrange, type OperandAxis } from './operand.ts';
import type { AxisNames } from './read-operand.ts';

/** Emits the keys that masks let through: bool [batch, keys], or [1, keys] where it is the same for every sequence. */
export function readPadding(
  masks: readonly KeyMask[],
  names: AxisNames,
): ((b: GraphBuilder) => Value) | Unprunable | undefined {
  if (masks.length === 0) return undefined;
  const differing = masks.find(({ view }) =>
    view.some(
      (factors) => factors.length > 0 && !isPadding(names.get(factors[0]?.axis ?? ''), factors.length),
    ),
  );
  if (differing !== undefined)
    return { reason: `a mask differs by head: ${differing.value.producer ?? differing.value}` };
  return (b) => {
    const visible = masks.map(({ value, view, visibleWhenZero }) => {
      const spare = view.flatMap((factors, index) => (factors.length === 0 ? [index] : []));
      const squeezed = spare.length === 0 ? value : b.op('Squeeze', [value, b.int64(spare)]);
      const axes = view.flatMap(([factor]) => names.get(factor?.axis ?? '') ?? []);
      const arranged = arrange(b, { value: squeezed, axes }, ['batch', 'position']);
      const isSet = b.op('Cast', [arranged], { attributes: { to: BigInt(DATA_TYPES.bool) } });
      return visibleWhenZero ? b.op('Not', [isSet]) : isSet;
    });
    return visible.reduce((a, each) => b.op('And', [a, each]));
  };
}

function isPadding(axis: OperandAxis | undefined, factors: number): boolean {
  return factors === 1 && (axis === 'batch' || axis === 'position');
}
