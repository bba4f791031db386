import Long from 'long';
import type { AttributeProto } from '../codec/messages.ts';
import { ownField } from '../codec/wire.ts';
import type { Attribute } from '../graph/attribute.ts';
import { Tensor } from '../graph/tensor.ts';

/**
 * The default value of a function's attribute as an attribute. Graphs stay messages: nothing computes with a graph that
 * is only a default.
 */
export function attributeOfDefault(message: AttributeProto): Attribute {
  if (message.refAttrName) return { kind: 'other', message };
  switch (message.type) {
    case 1:
      return { kind: 'float', value: message.f ?? 0, message };
    case 2:
      return { kind: 'int', value: BigInt((message.i ?? 0).toString()), message };
    case 3:
      return { kind: 'string', value: ownField(message, 's') ?? new Uint8Array(), message };
    case 4:
      return { kind: 'tensor', value: Tensor.fromMessage(message.t ?? {}), message };
    case 6:
      return { kind: 'floats', value: message.floats ?? [], message };
    case 7:
      return { kind: 'ints', value: (message.ints ?? []).map((i) => BigInt(i.toString())), message };
    case 8:
      return { kind: 'strings', value: message.strings ?? [], message };
    case 9:
      return { kind: 'tensors', value: (message.tensors ?? []).map((t) => Tensor.fromMessage(t)), message };
    default:
      return { kind: 'other', message };
  }
}

/** The message of such an attribute. Graphs, which it does not get, have no message here. */
export function defaultOfAttribute(name: string, attribute: Attribute): AttributeProto {
  const docString = attribute.message?.docString;
  const message: AttributeProto = docString ? { name, docString } : { name };
  switch (attribute.kind) {
    case 'float':
      return { ...message, type: 1, f: attribute.value };
    case 'int':
      return { ...message, type: 2, i: Long.fromString(attribute.value.toString()) };
    case 'string':
      return { ...message, type: 3, s: attribute.value };
    case 'tensor':
      return { ...message, type: 4, t: attribute.value.toMessage(undefined) };
    case 'floats':
      return { ...message, type: 6, floats: [...attribute.value] };
    case 'ints':
      return { ...message, type: 7, ints: attribute.value.map((i) => Long.fromString(i.toString())) };
    case 'strings':
      return { ...message, type: 8, strings: [...attribute.value] };
    case 'tensors':
      return { ...message, type: 9, tensors: attribute.value.map((tensor) => tensor.toMessage(undefined)) };
    default:
      return { ...attribute.message, name };
  }
}
