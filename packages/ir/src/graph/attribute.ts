import type { RawField } from '../codec/cursor.ts';
import type { AttributeProto } from '../codec/messages.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';

/** What the file says of an attribute beyond its value; kept by the codec, which writes it back. */
export interface AttributeSource {
  /** The name it had in the file. */
  readonly name: string;
  /** The value it had there; another one is written in its place. */
  readonly value: unknown;
  /** The whole message, which is more than the value alone would be written as. */
  readonly encoded: Uint8Array;
  /** Its fields beside name and value. */
  readonly rest: readonly RawField[];
}

/**
 * A named constant of a node. `source` carries doc strings and unknown fields. The kind `other` is what no pass computes
 * with: types, sparse tensors, and references to attributes of a function, whose name `message.refAttrName` gives.
 */
export type Attribute =
  | { readonly kind: 'float'; readonly value: number; readonly source?: AttributeSource }
  | { readonly kind: 'int'; readonly value: bigint; readonly source?: AttributeSource }
  | { readonly kind: 'string'; readonly value: Uint8Array; readonly source?: AttributeSource }
  | { readonly kind: 'tensor'; readonly value: Tensor; readonly source?: AttributeSource }
  | { readonly kind: 'graph'; readonly value: Graph; readonly source?: AttributeSource }
  | { readonly kind: 'floats'; readonly value: readonly number[]; readonly source?: AttributeSource }
  | { readonly kind: 'ints'; readonly value: readonly bigint[]; readonly source?: AttributeSource }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[]; readonly source?: AttributeSource }
  | { readonly kind: 'tensors'; readonly value: readonly Tensor[]; readonly source?: AttributeSource }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[]; readonly source?: AttributeSource }
  | { readonly kind: 'other'; readonly message: AttributeProto; readonly source?: AttributeSource };

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
