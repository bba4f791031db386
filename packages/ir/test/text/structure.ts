import Long from 'long';
import { sliceOf } from '../../src/codec/cursor.ts';
import type { StringStringEntryProto, TensorProto } from '../../src/codec/messages.ts';
import { readTensorMessage } from '../../src/codec/tensor-message.ts';
import { decodeModel, encodeMessage } from '../../src/codec/wire.ts';
import { type Model, Tensor, writeModelBytes } from '../../src/index.ts';

/**
 * What a model says, as plain data: defaults that are left out and defaults that are spelt out are the same, and so are
 * tensors with the same elements, in whichever field they lie.
 */
export function structureOf(model: Model): unknown {
  return plain(decodeModel(writeModelBytes(model)), '');
}

/** Fields that mean something when they hold their default: an extent of 0 is not an unknown one. */
const MEANINGFUL = new Set(['dimValue', 'shape', 'tensorType', 'sparseTensorType', 'opaqueType', 't', 'g']);

function plain(value: unknown, key: string): unknown {
  if (Long.isLong(value)) return BigInt(value.toString());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (key === 'metadataProps')
    return Object.fromEntries(
      (value as StringStringEntryProto[]).map(({ key: k, value: v }) => [k ?? '', v ?? '']),
    );
  if (Array.isArray(value)) return value.map((item) => plain(item, key));
  if (typeof value !== 'object' || value === null) return value;
  const { $unknowns: _, ...own } = value as Record<string, unknown>;
  if (key !== 'shape' && 'dims' in own && 'dataType' in own) return tensorStructure(own);
  if (key === 'attribute' && !own.type) Object.assign(own, { type: Object.hasOwn(own, 'i') ? 2 : 0 });
  const entries = Object.entries(own)
    .map(([name, field]) => [name, plain(field, name)] as const)
    .filter(([name, field]) => MEANINGFUL.has(name) || !isDefault(field));
  return Object.fromEntries(entries);
}

function tensorStructure(message: TensorProto): unknown {
  const { dims, dataType, name, docString, stringData } = message;
  const content =
    dataType === 8
      ? stringData?.map((bytes) => Buffer.from(bytes).toString('hex'))
      : Buffer.from(
          Tensor.fromMessage(
            readTensorMessage(sliceOf(encodeMessage('TensorProto', message)), undefined),
          ).bytes(),
        ).toString('hex');
  return {
    dims: dims?.map(Number),
    dataType,
    name: name ?? '',
    docString: docString ?? '',
    metadataProps: plain(message.metadataProps ?? [], 'metadataProps'),
    content,
  };
}

function isDefault(field: unknown): boolean {
  if (typeof field === 'object' && field !== null) return Object.keys(field).length === 0;
  return field === undefined || field === '' || field === 0 || field === 0n || Object.is(field, -0);
}
