import type { Attribute, AttributeValue } from './attribute.ts';
import { bitsPerElement } from './data-type.ts';
import { Graph } from './graph.ts';
import { Node } from './node.ts';
import { Tensor } from './tensor.ts';
import type { ValueType } from './type.ts';
import type { Value } from './value.ts';

/** What an operator has besides its type and inputs. */
export interface OpFields {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Type of each output, where it is known. */
  readonly types?: readonly ValueType[];
  /** Hint for the names of node and outputs; the operator in lower case otherwise. */
  readonly name?: string;
}

/**
 * Appends operators to a graph, or inserts them before a node, and hands back their outputs. Equal constants are made
 * once per builder and live in the outermost graph.
 */
export class GraphBuilder {
  readonly graph: Graph;
  readonly #before: Node | undefined;
  readonly #constants: Map<string, Value>;
  readonly #nodes: Node[] = [];

  constructor(
    graph: Graph,
    options: { readonly before?: Node; readonly constants?: Map<string, Value> } = {},
  ) {
    this.graph = graph;
    this.#before = options.before;
    this.#constants = options.constants ?? new Map();
  }

  /** Nodes made so far, in order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** Applies an operator with one output. */
  op(opType: string, inputs: readonly (Value | null)[], fields: OpFields = {}): Value {
    const [output] = this.ops(opType, inputs, 1, fields);
    return output as Value;
  }

  /** Applies an operator with `count` outputs. */
  ops(opType: string, inputs: readonly (Value | null)[], count: number, fields: OpFields = {}): Value[] {
    const hint = fields.name ?? opType.toLowerCase();
    const outputs = Array.from({ length: count }, (_, i) =>
      this.graph.newValue(`${hint}_out`, fields.types?.[i]),
    );
    const attributes = Object.entries(fields.attributes ?? {}).map(
      ([name, value]) => [name, toAttribute(value)] as const,
    );
    const node = new Node(opType, inputs, outputs, {
      name: this.graph.newName(hint),
      domain: fields.domain ?? '',
      attributes,
    });
    if (this.#before) this.graph.insertBefore(this.#before, node);
    else this.graph.append(node);
    this.#nodes.push(node);
    return outputs;
  }

  /** An int64 constant; a vector unless `dims` says otherwise. */
  int64(values: readonly number[], dims?: readonly number[]): Value {
    return this.constant(Tensor.int64(values, dims));
  }

  /** A float32 constant; a vector unless `dims` says otherwise. */
  float32(values: readonly number[], dims?: readonly number[]): Value {
    return this.constant(Tensor.floats(values, dims));
  }

  /** An initializer of the outermost graph; small equal ones (up to 512 bytes) are made once. */
  constant(tensor: Tensor): Value {
    const small = bitsPerElement(tensor.dataType) !== undefined && tensor.byteLength <= 512;
    const key = small ? `${tensor.dataType}[${tensor.dims}]${tensor.bytes()}` : '';
    const known = small ? this.#constants.get(key) : undefined;
    if (known !== undefined) return known;
    const root = this.graph.root;
    const value = root.addInitializer(this.graph.newValue('constant'), tensor);
    if (small) this.#constants.set(key, value);
    return value;
  }

  /**
   * Makes a graph for an attribute of a node that this builder's graph will hold. `build` gets a builder of the new graph
   * and its inputs, and returns its outputs.
   */
  subgraph(
    name: string,
    inputs: readonly { readonly name: string; readonly type: ValueType }[],
    build: (
      body: GraphBuilder,
      inputs: Value[],
    ) => readonly { readonly value: Value; readonly type: ValueType }[],
  ): Graph {
    const values = inputs.map((input) => this.graph.newValue(input.name, input.type));
    const graph = new Graph(name, values);
    // Names and constants come from the outermost graph, which the new one has no link to before its node exists.
    const anchor = new Node('', [], []);
    this.graph.append(anchor);
    graph.owner = anchor;
    const body = new GraphBuilder(graph, { constants: this.#constants });
    try {
      const outputs = build(body, values).map(({ value, type }) => {
        value.type ??= type;
        return value;
      });
      graph.setOutputs(outputs);
      return graph;
    } finally {
      this.graph.remove(anchor);
      graph.owner = null;
    }
  }
}

/** Numbers become floats and bigints become ints, alone or in arrays; text becomes a string. */
export function toAttribute(value: AttributeValue): Attribute {
  if (typeof value === 'bigint') return { kind: 'int', value };
  if (typeof value === 'number') return { kind: 'float', value };
  if (typeof value === 'string') return { kind: 'string', value: new TextEncoder().encode(value) };
  if (value instanceof Tensor) return { kind: 'tensor', value };
  if (value instanceof Graph) return { kind: 'graph', value };
  if (isList(value)) {
    return value.every((item) => typeof item === 'bigint')
      ? { kind: 'ints', value }
      : { kind: 'floats', value: value.map(Number) };
  }
  return value;
}

function isList(value: AttributeValue): value is readonly bigint[] | readonly number[] {
  return Array.isArray(value);
}
