import type { Value } from '@sentei/ir';

/**
 * Whether `past` is an input of the graph that holds what earlier runs returned as `present`, a Concat of it with what is new.
 * Whatever is proven of all that is new then holds of the past as well, which began empty.
 */
export function isOwnPast(past: Value | null | undefined, present: Value): boolean {
  const isInput = past != null && past.producer === null && past.tensor === undefined;
  const isFirst = present.producer?.is('Concat') === true && present.producer.input(0) === past;
  return isInput && isFirst && isReturned(present);
}

function isReturned(value: Value): boolean {
  return (
    value.outputOf.size > 0 ||
    value.consumers().some((node) => node.is('Identity') && (node.output(0)?.outputOf.size ?? 0) > 0)
  );
}
