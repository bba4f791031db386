import { bitsPerElement, isTensorType, type Node, type TypeTable, type Value } from '@sentei/ir';

/** A size that only a run tells, or a node that its rule cannot make sense of. */
export class UnknownSize extends Error {}

/** Work of one run of a node in floating-point operations. Throws `UnknownSize`. */
export type CostRule = (operation: Operation) => number;

/** Rules by operator type. */
export type CostRules = Readonly<Record<string, CostRule>>;

/** The product of some extents. */
export function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1);
}

/** A node as the rule for its cost sees it: attributes, and sizes of what it reads and writes. */
export class Operation {
  readonly node: Node;
  readonly #table: TypeTable;

  constructor(node: Node, table: TypeTable) {
    this.node = node;
    this.#table = table;
  }

  has(index: number): boolean {
    return this.node.input(index) !== undefined;
  }

  /** Inputs that are not left out. */
  get inputCount(): number {
    return this.node.inputs.filter((value) => value !== null).length;
  }

  int(name: string, absent: number): number {
    return this.node.int(name) ?? absent;
  }

  /** Extents of an input. */
  shape(index: number): readonly number[] {
    return this.#extents(this.node.input(index), `input ${index}`);
  }

  /** Elements of an input. */
  size(index: number): number {
    return product(this.shape(index));
  }

  outputShape(index = 0): readonly number[] {
    return this.#extents(this.node.output(index), `output ${index}`);
  }

  outputSize(index = 0): number {
    return product(this.outputShape(index));
  }

  /** The only element of an integer input, where that is known before a run. */
  integer(index: number): number | undefined {
    const value = this.node.input(index);
    const [integer, ...rest] = (value && this.#table.integersOf(value)) ?? [];
    return rest.length === 0 && typeof integer === 'number' ? integer : undefined;
  }

  /** Whether its first output holds fractions; arithmetic on indices and shapes is not counted. */
  get isFloating(): boolean {
    const type = this.node.output(0) && this.#table.typeOf(this.node.outputs[0] as Value);
    if (!isTensorType(type) || type.elementType === 'undefined') this.fail('its element type is not known');
    return /^(b?float|double|complex)/.test(type.elementType);
  }

  /** Bytes of a value. */
  bytes(value: Value): number {
    const type = this.#table.typeOf(value);
    const bits = isTensorType(type) ? bitsPerElement(type.elementType) : undefined;
    if (bits === undefined) this.fail(`the element type of ${value.name} is not known`);
    return (product(this.#extents(value, value.name)) * bits) / 8;
  }

  /** @throws UnknownSize */
  fail(reason: string): never {
    throw new UnknownSize(reason);
  }

  #extents(value: Value | undefined, what: string): readonly number[] {
    const shape = value && this.#table.shapeOf(value);
    if (shape === undefined) this.fail(`the shape of ${what} is not known`);
    return shape.map((extent) =>
      typeof extent === 'number' ? extent : this.fail(`the shape of ${what} is only known in a run`),
    );
  }
}
