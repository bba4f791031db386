import type { Value } from '@sentei/ir';
import { isTensorType } from '@sentei/ir';
import type { Survey } from './survey.ts';

/**
 * Whether every reader of `value` can read `other` instead with all graph outputs keeping their names and no copy being
 * needed: a graph output that is an input, an initializer, or computed elsewhere needs its own node.
 */
export function canReplace(value: Value, other: Value, survey: Survey): boolean {
  if (value === other || survey.isPinned(value)) return false;
  if (value.outputOf.size === 0) return true;
  if (value.outputOf.size > 1 || other.outputOf.size > 0 || survey.isPinned(other)) return false;
  const [graph] = value.outputOf;
  return graph !== undefined && other.producer?.graph === graph && !isReturnedTwice(value, graph.outputs);
}

/**
 * Makes every reader of `value` read `other`, takes the node that computed `value` out, and keeps what only the replaced
 * value said: a known type and metadata that the other lacks. Call `canReplace` first.
 */
export function replaceValue(value: Value, other: Value): void {
  const node = value.producer;
  const graph = node?.graph;
  if (!node || !graph) return;
  const outputs = value.outputOf.size > 0;
  if (!outputs && other.producer !== null && other.outputOf.size === 0) {
    inheritType(value, other);
    inheritMetadata(value, other);
  }
  const metadata = [...other.metadataProps];
  graph.replace(value, other);
  for (const [key, text] of outputs ? metadata : [])
    if (!other.metadataProps.has(key)) other.metadataProps.set(key, text);
  graph.remove(node);
}

/** Copies entries that `to` does not have. */
export function inheritMetadata(
  from: { readonly metadataProps: ReadonlyMap<string, string> },
  to: { readonly metadataProps: Map<string, string> },
): void {
  for (const [key, text] of from.metadataProps) {
    if (!to.metadataProps.has(key)) to.metadataProps.set(key, text);
  }
}

function inheritType(from: Value, to: Value): void {
  if (from.type === undefined) return;
  const poorer = isTensorType(to.type) && to.type.shape === undefined && from.shape !== undefined;
  if (to.type === undefined || poorer) to.type = from.type;
}

function isReturnedTwice(value: Value, outputs: readonly Value[]): boolean {
  return outputs.filter((output) => output === value).length > 1;
}
