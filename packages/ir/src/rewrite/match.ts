import type { Attribute } from '../graph/attribute.ts';
import { constantTensor } from '../graph/constant.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ValueType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import type { TypeTable } from '../shapes/type-table.ts';
import { BoundAttribute, numberOf } from './conditions.ts';
import type { Pattern, PatternNode, PatternValue } from './pattern.ts';

/** What a pattern found: the nodes, and what its variables and names stand for. */
export class Match {
  /** The node of the pattern's last output. */
  readonly anchor: Node;
  readonly graph: Graph;
  /** Every matched node once, the anchor first. */
  readonly nodes: readonly Node[];
  /** What the variables of the pattern stand for, in the order of its parameters. */
  readonly variables: readonly Value[];
  /** What the outputs of the pattern stand for. */
  readonly outputs: readonly Value[];
  /** Opset version of the standard operators in the model or function around the match. */
  readonly opset: number;
  readonly #values: ReadonlyMap<string, Value>;
  readonly #attributes: ReadonlyMap<string, Attribute>;
  readonly #types: TypeTable | undefined;

  constructor(
    pattern: Pattern,
    bindings: MatchBindings,
    context: {
      readonly anchor: Node;
      readonly graph: Graph;
      readonly opset: number;
      readonly types?: TypeTable;
    },
  ) {
    this.anchor = context.anchor;
    this.graph = context.graph;
    this.opset = context.opset;
    this.#types = context.types;
    this.nodes = bindings.distinctNodes();
    this.variables = pattern.variables.map((variable) => bindings.bound(variable));
    this.outputs = pattern.outputs.map((output) => bindings.bound(output));
    const values = new Map<string, Value>();
    for (const value of pattern.named) {
      const found = bindings.value(value);
      if (found && value.name !== undefined) values.set(value.name, found);
    }
    this.#values = values;
    this.#attributes = attributesOf(pattern, bindings);
  }

  /** The value that `.as(name)` marks; `undefined` where an alternative without it matched. */
  value(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** The node that computes the value marked `name`. */
  node(name: string): Node | undefined {
    return this.value(name)?.producer ?? undefined;
  }

  /** The attribute bound by `op.attribute(name)`; `undefined` where the node had none. */
  attribute(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  /** The constant behind the value marked `name`. */
  tensor(name: string): Tensor | undefined {
    return constantTensor(this.value(name));
  }

  /** The number behind the value marked `name`, if it is a constant of one element. */
  scalar(name: string): number | undefined {
    const tensor = this.tensor(name);
    return tensor && numberOf(tensor);
  }

  /** What is known of a value: inferred, where the rewriter was given a table of types, else declared. */
  typeOf(value: Value): ValueType | undefined {
    return this.#types?.typeOf(value) ?? value.type;
  }
}

/** What nodes and values of a pattern stand for at one moment of matching. */
export interface MatchBindings {
  node(pattern: PatternNode): Node | undefined;
  value(pattern: PatternValue): Value | null | undefined;
  /** A value that every match binds. */
  bound(pattern: PatternValue): Value;
  distinctNodes(): Node[];
}

function attributesOf(pattern: Pattern, bindings: MatchBindings): Map<string, Attribute> {
  const found = new Map<string, Attribute>();
  for (const node of pattern.nodes) {
    const matched = bindings.node(node);
    for (const [key, condition] of node.attributes) {
      if (!(condition instanceof BoundAttribute)) continue;
      const attribute = matched?.attributes.get(key);
      if (attribute !== undefined) found.set(condition.name, attribute);
    }
  }
  return found;
}
