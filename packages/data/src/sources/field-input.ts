import type { Change } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { faultOfNumber, firstNonFinite, tensorFromNumbers, toNumbers } from '../tensors/from-numbers.ts';
import { elementCount, type HostTensor, type TensorType } from '../tensors/host-tensor.ts';

/** What a field of the data becomes. */
export interface FieldInput {
  /** The model's input. */
  readonly name: string;
  /**
   * The input's element type. Numbers of an array file have one of their own, which must be this one or `convert` be
   * set.
   */
  readonly type: TensorType;
  /** Whether elements of another type are converted, each having to fit. */
  readonly convert?: boolean | undefined;
  /** Shape without batch axis, of as many elements; the data's own by default. */
  readonly shape?: readonly number[] | undefined;
  /** Factor of every element, after its conversion. */
  readonly scale?: number | undefined;
  /** Whether infinities and NaN are allowed; false by default. */
  readonly nonFinite?: boolean | undefined;
}

/**
 * The tensor that a model's input gets, from a field's own.
 *
 * @throws SenteiError `invalid-data` naming row and field for another type or shape, an element that does not fit or is
 *   not finite
 */
export function fieldTensor(
  found: HostTensor,
  input: FieldInput,
  field: string,
  source: string,
  change?: Change,
): HostTensor {
  const fault = (text: string, hint?: string): Error => invalidData(source, `field '${field}' ${text}`, hint);
  let tensor = found;
  if (tensor.type !== input.type) {
    if (!input.convert) {
      throw fault(
        `is ${tensor.type}, input '${input.name}' takes ${input.type}`,
        `store ${input.type}, or say "type": "${input.type}" for '${field}' in the card to have it converted`,
      );
    }
    tensor = convert(tensor, input.type, fault);
  }
  if (input.shape) {
    if (elementCount(input.shape) !== elementCount(tensor.dims)) {
      throw fault(`has shape [${tensor.dims}], which does not fill [${input.shape}]`);
    }
    tensor = { ...tensor, dims: input.shape };
  }
  if (input.scale !== undefined) tensor = scale(tensor, input.scale, fault);
  const at = input.nonFinite ? undefined : firstNonFinite(tensor);
  if (at !== undefined) {
    throw fault(
      `is ${String(toNumbers(tensor)[at])} at element ${at}`,
      'mend the data, or say "nonFinite": true for the field in the card',
    );
  }
  if (!change?.floats) return tensor;
  if (tensor.type === 'float32' || tensor.type === 'float64') {
    return tensorFromNumbers(tensor.type, tensor.dims, change.floats(tensor.data.slice()));
  }
  if (tensor.type !== 'float16') return tensor;
  const changed = change.floats(Float32Array.from(toNumbers(tensor)));
  return tensorFromNumbers('float16', tensor.dims, changed);
}

function convert(tensor: HostTensor, type: TensorType, fault: (text: string) => Error): HostTensor {
  if (tensor.type === 'string' || type === 'string') {
    throw fault(`is ${tensor.type}, which cannot become ${type}`);
  }
  const values = toNumbers(tensor);
  for (let index = 0; index < values.length; index++) {
    const wrong = faultOfNumber(type, values[index] ?? 0);
    if (wrong !== undefined) throw fault(`element ${index}: ${wrong}`);
  }
  return tensorFromNumbers(type, tensor.dims, values);
}

function scale(tensor: HostTensor, factor: number, fault: (text: string) => Error): HostTensor {
  const { type, dims } = tensor;
  if (type !== 'float32' && type !== 'float64' && type !== 'float16') {
    throw fault(`is ${type}, only floating-point inputs are scaled`);
  }
  return tensorFromNumbers(
    type,
    dims,
    Float64Array.from(toNumbers(tensor), (value) => value * factor),
  );
}
