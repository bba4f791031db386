import type { AttributeProto } from '../codec/messages.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';

/**
 * A named constant of a node. `message` is what the file holds for kinds a pass never computes with (types, sparse
 * tensors, references to attributes of a function) and keeps doc strings and unknown fields of the others.
 */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number; readonly message?: AttributeProto }
  | { readonly kind: 'int'; readonly value: bigint; readonly message?: AttributeProto }
  | { readonly kind: 'string'; readonly value: Uint8Array; readonly message?: AttributeProto }
  | { readonly kind: 'tensor'; readonly value: Tensor; readonly message?: AttributeProto }
  | { readonly kind: 'graph'; readonly value: Graph; readonly message?: AttributeProto }
  | { readonly kind: 'floats'; readonly value: readonly number[]; readonly message?: AttributeProto }
  | { readonly kind: 'ints'; readonly value: readonly bigint[]; readonly message?: AttributeProto }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[]; readonly message?: AttributeProto }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[]; readonly message?: AttributeProto }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[]; readonly message?: AttributeProto }
  | { readonly kind: 'other'; readonly message: AttributeProto };

/** What `createNode` takes for an attribute: bigints and bigint arrays are ints, numbers are floats. */
export type AttributeValue =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | Tensor
  | Graph
  | Attribute;
