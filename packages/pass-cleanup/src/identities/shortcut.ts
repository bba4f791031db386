import { constantIntegers, DATA_TYPES, type DataType, type Node, type Value } from '@sentei/ir';
import type { Survey } from '../survey.ts';
import { isLossless, isSameKind } from './lossless.ts';
import { permutationOf } from './operands.ts';

/**
 * A way to let a node read what the node before it reads, doing the work of both. Only where nothing else needs the node
 * before, so that the graph gets smaller.
 */
export function shortcut(node: Node, survey: Survey): (() => void) | undefined {
  const inner = node.input(0)?.producer;
  const source = inner?.input(0);
  if (!inner || source === undefined || node.input(0)?.soleConsumer() !== node) return undefined;
  if (survey.isPinned(inner.outputs[0] as Value)) return undefined;
  if (node.is('Transpose') && inner.is('Transpose')) return mergeTransposes(node, inner, source, survey);
  if (node.is('Cast') && inner.is('Cast')) return mergeCasts(node, inner, source, survey);
  if (node.is('Reshape') && inner.is('Reshape', 'Squeeze', 'Unsqueeze', 'Flatten'))
    return isShapeAbsolute(node) ? () => node.setInput(0, source) : undefined;
  return undefined;
}

function mergeTransposes(node: Node, inner: Node, source: Value, survey: Survey): (() => void) | undefined {
  const [outer, first] = [permutationOf(node, survey), permutationOf(inner, survey)];
  if (outer === undefined || first === undefined) return undefined;
  const merged = outer.map((axis) => BigInt(first[axis] ?? 0));
  return () => {
    node.setAttribute('perm', { kind: 'ints', value: merged });
    node.setInput(0, source);
  };
}

/** The first cast has to keep every value, and the second to round or wrap alike with and without it. */
function mergeCasts(node: Node, inner: Node, source: Value, survey: Survey): (() => void) | undefined {
  const from = survey.elementType(source);
  const between = typeOf(inner.int('to'));
  const to = typeOf(node.int('to'));
  if (from === undefined || between === undefined || to === undefined) return undefined;
  const alike = isSameKind(from, between) && isSameKind(between, to);
  return alike && isLossless(from, inner.int('to')) ? () => node.setInput(0, source) : undefined;
}

function typeOf(code: number | undefined): DataType | undefined {
  return (Object.keys(DATA_TYPES) as DataType[]).find((type) => DATA_TYPES[type] === code);
}

/** Whether a Reshape does not look at the shape of its input: no dimension is copied from it. */
function isShapeAbsolute(node: Node): boolean {
  if (node.int('allowzero') === 1) return true;
  const wanted = node.ints('shape') ?? constantIntegers(node.input(1));
  return wanted?.every((dim) => dim !== 0) ?? false;
}
