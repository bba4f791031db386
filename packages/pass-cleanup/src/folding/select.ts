import { type DataType, isTensorType, type Node, type Tensor, type Value } from '@sentei/ir';
import type { Survey } from '../survey.ts';
import { nodeBytes, tensorBytes } from './file-size.ts';

/** A constant with more readers than this is taken to stay, so that the cost stays linear. */
const MOST_READERS = 64;
/** Nodes that are counted as going with a result; a longer chain saves at least what these do. */
const MOST_RELEASED = 256;

/** What a value is in every run: its type and size, and its numbers once they have been computed. */
export interface Result {
  readonly dataType: DataType;
  readonly dims: readonly number[];
  readonly byteLength: number;
  readonly tensor?: Tensor | undefined;
}

export interface SelectOptions {
  /** Whether results are written down even where the file grows by them. */
  readonly grow: boolean;
  /** Whether results whose numbers are still to be computed count. */
  readonly uncomputed: boolean;
}

/**
 * The values to write down, in order: those that a node that stays reads, and whose result takes no more bytes than what
 * goes with them.
 *
 * @param known every result, readers after what they read
 */
export function selectFolds(
  known: ReadonlyMap<Value, Result>,
  survey: Survey,
  { grow, uncomputed }: SelectOptions,
): Value[] {
  const gone = new Set<Value>();
  const selected: Value[] = [];
  for (const [value, result] of [...known].reverse()) {
    const node = value.producer;
    if (node === null || survey.isPinned(value) || value.outputOf.size > 0) continue;
    const isInner = isReadOnlyBy(value, (reader) => reader.outputs.some((output) => gone.has(output)));
    if (!isInner) {
      if (result.tensor === undefined && !uncomputed) continue;
      if (!agrees(value, result) || (!grow && grows(node, result, known, survey))) continue;
      selected.push(value);
    }
    gone.add(value);
  }
  return selected.reverse();
}

/** A declared type that the numbers contradict is a defect of the model, which is not made worse here. */
function agrees(value: Value, { dataType, dims }: Result): boolean {
  if (value.type === undefined) return true;
  if (!isTensorType(value.type) || value.type.elementType !== dataType) return false;
  const { shape } = value.type;
  if (shape === undefined) return true;
  const fits = shape.every((dim, i) => typeof dim !== 'number' || dim === dims[i]);
  return fits && shape.length === dims.length;
}

/** Compares the bytes of the result with those of all nodes and constants that go with the node. */
function grows(node: Node, result: Result, known: ReadonlyMap<Value, Result>, survey: Survey): boolean {
  const inPlace = node.graph === null || !survey.holdsInitializers(node.graph);
  // A Constant node keeps the names of the node it replaces.
  const kept = inPlace ? nodeBytes(node) + 24 : 0;
  const needed = tensorBytes(result, node.outputs[0]?.name ?? '', 5) + kept;
  const dying = new Set<Node>([node]);
  let saved = 0;
  for (const dead of dying) {
    saved += nodeBytes(dead);
    if (saved >= needed) return false;
    for (const input of new Set(dead.inputs)) {
      if (input === null || input.outputOf.size > 0 || survey.isPinned(input)) continue;
      if (input.uses.size > MOST_READERS || !isReadOnlyBy(input, (reader) => dying.has(reader))) continue;
      const { producer } = input;
      if (producer !== null && (known.has(input) || producer.is('Constant'))) {
        if (dying.size < MOST_RELEASED) dying.add(producer);
      } else if (input.tensor !== undefined && !survey.isInput(input)) {
        saved += tensorBytes(input.tensor, input.name, 1);
      }
    }
  }
  return needed > saved;
}

function isReadOnlyBy(value: Value, test: (reader: Node) => boolean): boolean {
  for (const { node } of value.uses) if (!test(node)) return false;
  return true;
}
