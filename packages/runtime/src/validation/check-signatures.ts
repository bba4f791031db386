import { SenteiError } from '@sentei/ir';
import type { Signature, ValueSignature } from '../process/protocol.ts';

/**
 * Two models can be compared when they take and give tensors of the same names, element types and ranks.
 *
 * @param candidate without the inputs that are fed constants
 * @throws SenteiError `models-differ` naming the first input or output that does not fit
 */
export function checkSignatures(original: Signature, candidate: Signature, path: string): void {
  const fault =
    faultBetween('input', original.inputs, candidate.inputs) ??
    faultBetween('output', original.outputs, candidate.outputs);
  if (fault === undefined) return;
  const isExtra = fault.endsWith('does not have');
  throw new SenteiError('models-differ', `${path}: ${fault}`, {
    subject: path,
    hint: isExtra
      ? 'give the original that it was made from; an input with gates needs defaults in the metadata'
      : 'give the original that it was made from',
  });
}

function faultBetween(
  kind: 'input' | 'output',
  original: readonly ValueSignature[],
  candidate: readonly ValueSignature[],
): string | undefined {
  const byName = new Map(candidate.map((value) => [value.name, value]));
  for (const expected of original) {
    const found = byName.get(expected.name);
    if (found === undefined) return `${kind} '${expected.name}' of the original is not there`;
    const before = describe(expected);
    const after = describe(found);
    if (found.type !== expected.type || !isSameRank(expected, found)) {
      return `${kind} '${expected.name}' is ${after}, in the original ${before}`;
    }
    byName.delete(expected.name);
  }
  const [extra] = byName.keys();
  return extra === undefined ? undefined : `${kind} '${extra}' is one that the original does not have`;
}

/** ONNX Runtime reports no dimensions for an unknown rank, so that these promise nothing. */
function isSameRank({ dims: a }: ValueSignature, { dims: b }: ValueSignature): boolean {
  return !a?.length || !b?.length || a.length === b.length;
}

function describe({ type, dims }: ValueSignature): string {
  const shape = dims === null ? '' : ` [${dims.map((each) => each ?? '?').join(', ')}]`;
  return `${type ?? 'no plain tensor'}${shape}`;
}
