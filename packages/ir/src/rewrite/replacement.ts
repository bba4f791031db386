import type { AttributeValue } from '../graph/attribute.ts';
import { GraphBuilder } from '../graph/builder.ts';
import { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import type { ValueType } from '../graph/type.ts';
import { Value } from '../graph/value.ts';
import type { Match } from './match.ts';
import type { OperatorName } from './operators.ts';
import { operators } from './pattern.ts';

/** A value, a tensor to be made a constant, or `null` for an input that is left out. */
export type ReplacementOperand = Value | Tensor | null;

/** Attributes of a new node; `undefined` is the same as leaving it out. */
export type ReplacementAttributes = Readonly<Record<string, AttributeValue | undefined>>;

/** What a node of a replacement has beside operator and inputs. */
export interface ReplacementOptions {
  /** `''`, the standard operators, unless given. */
  readonly domain?: string;
  /** Hint for the names of node and outputs; the operator in lower case unless given. */
  readonly name?: string;
  /** Type of each output, where it is known; outputs that take the place of others keep the types of those. */
  readonly types?: readonly ValueType[];
}

type Operands = readonly ReplacementOperand[] | readonly [...ReplacementOperand[], ReplacementAttributes];

type Operators<Result> = {
  readonly [Name in OperatorName]: (...operands: Operands) => Result;
} & {
  /** An operator by its name, for those that are not methods. */
  call(opType: string, ...operands: Operands): Result;
};

/** What a replacement is built with: a method for every operator, which takes operands and, last, attributes. */
export type ReplacementOps = Operators<Value> & {
  /** What was found. */
  readonly match: Match;
  /** Operators of another domain. */
  domain(domain: string): ReplacementOps;
  /** Operators with other settings. */
  with(options: ReplacementOptions): ReplacementOps;
  /** Operators with `count` outputs. */
  outputs(count: number): Operators<Value[]>;
  /** An initializer, or the output of a Constant node where the graph can hold no initializers. */
  constant(tensor: Tensor): Value;
};

/** Builds the nodes of one replacement and can take them back. */
export class ReplacementBuilder {
  readonly #graph: Graph;
  readonly #builder: GraphBuilder;
  readonly #match: Match;
  readonly #holdsInitializers: boolean;
  readonly #constants = new Set<Value>();

  /** @param place the node to insert before, the end of the graph, or a graph aside */
  constructor(match: Match, place: Node | 'end' | 'aside', holdsInitializers: boolean) {
    this.#graph = place === 'aside' ? new Graph('aside') : match.graph;
    this.#match = match;
    this.#holdsInitializers = holdsInitializers;
    this.#builder = new GraphBuilder(this.#graph, typeof place === 'string' ? {} : { before: place });
  }

  get nodes(): readonly Node[] {
    return this.#builder.nodes;
  }

  ops(options: ReplacementOptions = {}): ReplacementOps {
    const methods = {
      match: this.#match,
      domain: (domain: string) => this.ops({ ...options, domain }),
      with: (more: ReplacementOptions) => this.ops({ ...options, ...more }),
      outputs: (count: number) =>
        operators((opType, operands) => this.#node(opType, operands, options, count), {}),
      constant: (tensor: Tensor) => this.#constant(tensor),
    };
    return operators((opType, operands) => this.#node(opType, operands, options, 1)[0], methods);
  }

  /** Takes every new node and constant out again. */
  discard(): void {
    for (const node of [...this.nodes].reverse()) if (node.graph !== null) node.graph.remove(node);
    this.dropUnread();
  }

  /** Takes out new constants that nothing reads. */
  dropUnread(): void {
    for (const value of this.#constants) if (!value.isUsed) this.#graph.root.initializers.delete(value);
  }

  #node(opType: string, operands: readonly unknown[], options: ReplacementOptions, count: number): Value[] {
    const last = operands.at(-1);
    const hasAttributes =
      typeof last === 'object' && last !== null && !(last instanceof Value) && !(last instanceof Tensor);
    const inputs = (hasAttributes ? operands.slice(0, -1) : operands) as readonly ReplacementOperand[];
    const attributes: Record<string, AttributeValue> = {};
    for (const [name, value] of Object.entries(hasAttributes ? (last as ReplacementAttributes) : {})) {
      if (value !== undefined) attributes[name] = value;
    }
    const values = inputs.map((input) => (input instanceof Tensor ? this.#constant(input) : input));
    return this.#builder.ops(opType, values, count, { ...options, attributes });
  }

  #constant(tensor: Tensor): Value {
    if (!this.#holdsInitializers) {
      return this.#builder.op('Constant', [], { attributes: { value: tensor } });
    }
    const { initializers } = this.#graph.root;
    const before = initializers.size;
    const value = this.#builder.constant(tensor);
    if (initializers.size > before) this.#constants.add(value);
    return value;
  }
}
