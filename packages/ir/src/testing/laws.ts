import type { Model } from '../graph/model.ts';
import { isTensorType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { verify } from '../verify.ts';
import type { Feeds } from './feeds.ts';

/** The laws that `checkPass`, `checkPasses` and `checkRoundTrip` check. */
export type Law =
  | 'round trip'
  | 'valid'
  | 'deterministic'
  | 'undo'
  | 'signature'
  | 'metadata'
  | 'refusal changes nothing'
  | 'neutral'
  | 'idempotent'
  | 'agreement';

/** Thrown where a law does not hold; fast-check shrinks the model and prints it with this. */
export class BrokenLaw extends Error {
  override readonly name = 'BrokenLaw';
  readonly law: Law;

  constructor(law: Law, message: string) {
    super(`law '${law}' is broken: ${message}`);
    this.law = law;
  }
}

/** @throws BrokenLaw `law` when the two files differ */
export function sameBytes(law: Law, actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (actual.length !== expected.length) {
    throw new BrokenLaw(law, `${what}: ${actual.length} bytes where there were ${expected.length}`);
  }
  const place = actual.findIndex((byte, index) => byte !== expected[index]);
  if (place >= 0) throw new BrokenLaw(law, `${what}: byte ${place} differs`);
}

/** @throws BrokenLaw `valid` naming the first problem of the graph */
export function isValid(model: Model, when: string): void {
  const [problem] = verify(model);
  if (problem !== undefined) throw new BrokenLaw('valid', `${when}: ${problem.message}`);
}

/** Inputs stay as they are; outputs keep name, element type and rank. @throws BrokenLaw `signature` */
export function sameSignature(after: Model, before: Model): void {
  compareLists('inputs', after.graph.inputs, before.graph.inputs, signatureOf);
  compareLists('outputs', after.graph.outputs, before.graph.outputs, (value) => {
    const { type } = value;
    return isTensorType(type) ? `${value.name}: ${type.elementType} rank ${type.shape?.length}` : value.name;
  });
}

/** Entries of the model and its graph are still there; a pass may add some. @throws BrokenLaw `metadata` */
export function keptMetadata(after: Model, before: Model): void {
  const places = [
    ['the model', after.metadataProps, before.metadataProps],
    ['the graph', after.graph.metadataProps, before.graph.metadataProps],
    ...before.graph.inputs.map(
      (value, index) =>
        [`input ${value.name}`, after.graph.inputs[index]?.metadataProps, value.metadataProps] as const,
    ),
    ...before.graph.outputs.map(
      (value, index) =>
        [`output ${value.name}`, after.graph.outputs[index]?.metadataProps, value.metadataProps] as const,
    ),
  ] as const;
  for (const [place, kept, wanted] of places) {
    for (const [key, value] of wanted) {
      if (kept?.get(key) === value) continue;
      throw new BrokenLaw(
        'metadata',
        `entry '${key}' of ${place} is '${kept?.get(key)}', and was '${value}'`,
      );
    }
  }
}

/** Outputs are equal within `tolerance`, relative to the larger of 1 and the number. @throws BrokenLaw `agreement` */
export function agree(after: Feeds, before: Feeds, tolerance: number): void {
  for (const [name, expected] of before) {
    const actual = after.get(name);
    if (actual === undefined) throw new BrokenLaw('agreement', `output ${name} is missing`);
    if (`${actual.dataType}[${actual.dims}]` !== `${expected.dataType}[${expected.dims}]`) {
      const shapes = `${actual.dataType}[${actual.dims}] where it was ${expected.dataType}[${expected.dims}]`;
      throw new BrokenLaw('agreement', `output ${name} is ${shapes}`);
    }
    const numbers = actual.numbers();
    for (const [index, wanted] of expected.numbers().entries()) {
      const number = numbers[index] ?? Number.NaN;
      if (Object.is(number, wanted) || Math.abs(number - wanted) <= tolerance * Math.max(1, Math.abs(wanted)))
        continue;
      throw new BrokenLaw('agreement', `element ${index} of output ${name} is ${number}, and was ${wanted}`);
    }
  }
}

function signatureOf({ name, type }: Value): string {
  return isTensorType(type) ? `${name}: ${type.elementType} [${type.shape}]` : `${name}: ${type?.kind}`;
}

function compareLists(
  what: string,
  after: readonly Value[],
  before: readonly Value[],
  print: (value: Value) => string,
): void {
  const [now, then] = [after, before].map((values) => values.map(print).join('; '));
  if (now !== then) throw new BrokenLaw('signature', `the ${what} are ${now}, and were ${then}`);
}
