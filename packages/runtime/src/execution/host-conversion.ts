import { ARRAY_OF, type HostTensor, isTensorType } from '@sentei/data';
import { SenteiError, Tensor } from '@sentei/ir';

/**
 * A tensor of the IR in plain memory, with its bytes copied.
 *
 * @throws SenteiError `unsupported-model` for strings and for types that ONNX Runtime's Node binding cannot carry, and
 *   what `Tensor.bytes` throws
 */
export function toHostTensor(tensor: Tensor, name: string): HostTensor {
  const { dataType, dims } = tensor;
  if (!isTensorType(dataType) || dataType === 'string') throw unsupported(name, dataType);
  // A copy lies at the start of its own buffer, where every array type may begin.
  const { buffer } = Uint8Array.from(tensor.bytes());
  return { type: dataType, dims: [...dims], data: new ARRAY_OF[dataType](buffer) } as HostTensor;
}

/**
 * A tensor from plain memory for the IR; the bytes are shared.
 *
 * @throws SenteiError `unsupported-model` for strings
 */
export function fromHostTensor({ type, dims, data }: HostTensor, name: string): Tensor {
  if (type === 'string') throw unsupported(name, type);
  return Tensor.fromBytes(type, dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function unsupported(name: string, type: string): SenteiError {
  return new SenteiError(
    'unsupported-model',
    `'${name}' has elements of type ${type}, which cannot be carried`,
    {
      subject: name,
      hint: 'Cast it to a type that can be carried, such as float32, at the border of the graph.',
    },
  );
}
