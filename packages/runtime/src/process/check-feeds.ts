import type { Feeds, HostTensor } from '@sentei/data';
import { ARRAY_OF, byteLength, elementCount, isTensorType } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { ValueSignature } from './protocol.ts';
import { MAXIMUM_MESSAGE_BYTES } from './protocol.ts';

/**
 * Checks feeds against a model's inputs before they travel. ONNX Runtime ignores a feed that is not an input without
 * a word, so that is an error here.
 *
 * @param subject the model file, for messages
 * @throws SenteiError `invalid-data` naming the input at fault
 */
export function checkFeeds(feeds: Feeds, inputs: readonly ValueSignature[], subject: string): void {
  const fault = (message: string): SenteiError =>
    new SenteiError('invalid-data', `${subject}: ${message}`, { subject });
  for (const { name } of inputs) {
    if (!Object.hasOwn(feeds, name)) throw fault(`input '${name}' has no feed`);
  }
  let bytes = 0;
  for (const [name, tensor] of Object.entries(feeds)) {
    const input = inputs.find((candidate) => candidate.name === name);
    if (!input)
      throw fault(`'${name}' is not an input (inputs: ${inputs.map((value) => value.name).join(', ')})`);
    const found = faultOfTensor(tensor) ?? faultOfFit(tensor, input);
    if (found) throw fault(`feed '${name}': ${found}`);
    bytes += byteLength(tensor);
  }
  if (bytes > MAXIMUM_MESSAGE_BYTES) {
    throw fault(`feeds take ${bytes} bytes, above the limit of ${MAXIMUM_MESSAGE_BYTES}`);
  }
}

/** Why a tensor contradicts itself, or `undefined`. */
export function faultOfTensor({ type, dims, data }: HostTensor): string | undefined {
  if (!isTensorType(type)) return `element type ${type} is not known`;
  if (!dims.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
    return `[${dims}] is not a shape`;
  }
  if (!(data instanceof ARRAY_OF[type])) return `${type} data must be ${ARRAY_OF[type].name}`;
  if (data.length !== elementCount(dims)) {
    return `${data.length} elements do not fill shape [${dims}]`;
  }
  return undefined;
}

function faultOfFit(tensor: HostTensor, { type, dims }: ValueSignature): string | undefined {
  if (tensor.type !== type)
    return `is ${tensor.type}, the model takes ${type ?? 'something else than a plain tensor'}`;
  // ONNX Runtime reports [] for unknown rank too, so an empty shape promises nothing.
  if (dims === null || dims.length === 0) return undefined;
  const fits =
    dims.length === tensor.dims.length &&
    dims.every((expected, axis) => typeof expected !== 'number' || expected === tensor.dims[axis]);
  return fits
    ? undefined
    : `has shape [${tensor.dims}], the model takes [${dims.map((d) => d ?? '?').join(',')}]`;
}
