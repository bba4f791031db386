import type { AttributeValue } from '../../graph/attribute.ts';
import type { GraphBuilder } from '../../graph/builder.ts';
import { Tensor } from '../../graph/tensor.ts';
import { type Shape, tensorType } from '../../graph/type.ts';
import type { Value } from '../../graph/value.ts';
import { noise } from '../feeds.ts';

/** A float32 value of a random model with what the generator knows about it. */
export interface Item {
  readonly value: Value;
  readonly shape: Shape;
  /** No element is larger in magnitude, so that nothing overflows. */
  readonly bound: number;
}

/** The values a random model has so far; every step takes some and adds some. */
export class Pool {
  readonly builder: GraphBuilder;
  readonly items: Item[];
  /** A bool scalar to branch on, where the model has one among its inputs. */
  readonly flag: Value | undefined;
  /** Indices 0 to 2 of shape `[batch, 3]`, where the model has them among its inputs. */
  readonly indices: Value | undefined;

  constructor(builder: GraphBuilder, items: readonly Item[], flag?: Value, indices?: Value) {
    this.builder = builder;
    this.items = [...items];
    this.flag = flag;
    this.indices = indices;
  }

  pick(index: number): Item {
    return this.items[index % this.items.length] as Item;
  }

  /** Applies an operator with one float32 output of a known shape. */
  apply(
    opType: string,
    inputs: readonly (Value | null)[],
    shape: Shape,
    bound: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): Item {
    const types = [tensorType('float32', shape)];
    const value = this.builder.op(opType, inputs, { attributes, types });
    const item = { value, shape, bound };
    return bound > LARGEST_BOUND ? this.apply('Tanh', [value], shape, 1) : item;
  }

  /** A float32 initializer with elements between -1 and 1: shared with its equals, or one of its own. */
  weight(dims: readonly number[], pick: number): Value {
    const size = dims.reduce((product, dim) => product * dim, 1);
    const tensor = Tensor.floats(noise(size, 1 + (pick % 3), 1), dims);
    if (pick % 2 === 0) return this.builder.constant(tensor);
    const { root } = this.builder.graph;
    return root.addInitializer(root.newValue('weight'), tensor);
  }
}

const LARGEST_BOUND = 100;

/** Elements of a shape for one element of every symbolic axis. */
export function extentOf(shape: Shape): number {
  return shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : 1), 1);
}

/** The last axis, when it has a fixed extent. */
export function lastOf(shape: Shape): number | undefined {
  const last = shape.at(-1);
  return typeof last === 'number' ? last : undefined;
}

/** The shape with another last axis. */
export function withLast(shape: Shape, last: number): Shape {
  return [...shape.slice(0, -1), last];
}

export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
