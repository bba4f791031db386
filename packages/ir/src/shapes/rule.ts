import type { Attribute } from '../graph/attribute.ts';
import { constantTensor } from '../graph/constant.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type Dimension, isTensorType, type Shape, type ValueType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { elementsOf, type Fact } from './fact.ts';

/** Facts about the outputs of a node in order; holes and missing ends mean that nothing is known. */
export type Outputs = readonly (Fact | undefined)[];

/** Infers the outputs of one kind of node. Throws `MalformedNode`, by way of the context, where inputs make no sense. */
export type Rule = (context: RuleContext) => Outputs;

/** Rules of a family of operators by operator type. */
export type RuleFamily = Readonly<Record<string, Rule>>;

/** Thrown by rules, recorded as a conflict by inference, never seen by callers. */
export class MalformedNode extends Error {}

/** What inference lends to rules. */
export interface RuleSurroundings {
  factOf(index: number): Fact | undefined;
  /** Infers a graph held by the node for given facts about its inputs, and returns those about its outputs. */
  inferGraph(graph: Graph, inputs: Outputs): Outputs;
  /** Infers a graph that never runs, without listing its conflicts. */
  inferDeadGraph(graph: Graph): void;
  /** Whether graphs may be inferred more than once, for weaker facts; not when a model nests loops without measure. */
  readonly mayRepeat: boolean;
  /** Inside a function: what the caller gives for an attribute that the node refers to. */
  attributeOf(name: string): Attribute | undefined;
  /** Inside a function: whether the caller leaves out what this input stands for. */
  isLeftOut(value: Value): boolean;
}

/** A node as its rule sees it: attributes, and what is known of the inputs. */
export class RuleContext {
  readonly node: Node;
  /** Version of the operator set that defines the node. */
  readonly opset: number;
  readonly #surroundings: RuleSurroundings;

  constructor(node: Node, opset: number, surroundings: RuleSurroundings) {
    this.node = node;
    this.opset = opset;
    this.#surroundings = surroundings;
  }

  has(index: number): boolean {
    const value = this.node.input(index);
    return value !== undefined && !this.#surroundings.isLeftOut(value);
  }

  /** An attribute of the node; inside a function, of the caller where the node refers to its attributes. */
  attribute(name: string): Attribute | undefined {
    const own = this.node.attributes.get(name);
    const reference = own?.kind === 'other' ? own.message.refAttrName : undefined;
    return reference ? this.#surroundings.attributeOf(reference) : own;
  }

  int(name: string): number | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
  }

  ints(name: string): number[] | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
  }

  string(name: string): string | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : undefined;
  }

  /** Number of elements of an attribute that is a list; 0 where there is none. */
  listLength(name: string): number {
    const attribute = this.attribute(name);
    return attribute !== undefined && 'value' in attribute && Array.isArray(attribute.value)
      ? attribute.value.length
      : 0;
  }

  tensor(name: string): Tensor | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'tensor' ? attribute.value : undefined;
  }

  subgraph(name: string): Graph | undefined {
    const attribute = this.attribute(name);
    return attribute?.kind === 'graph' ? attribute.value : undefined;
  }

  get mayRepeat(): boolean {
    return this.#surroundings.mayRepeat;
  }

  get inputCount(): number {
    return this.node.inputs.length;
  }

  /** 0, 1, 2 and so on, one for each input. */
  get indices(): number[] {
    return this.node.inputs.map((_, index) => index);
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  /** @throws MalformedNode when the input is left out; ask `has` first where it is optional. */
  fact(index: number): Fact | undefined {
    if (!this.has(index)) this.fail(`input ${index} is missing`);
    return this.#surroundings.factOf(index);
  }

  type(index: number): ValueType | undefined {
    return this.fact(index)?.type;
  }

  elementType(index: number): DataType {
    const type = this.type(index);
    return isTensorType(type) ? type.elementType : 'undefined';
  }

  shape(index: number): Shape | undefined {
    const type = this.fact(index)?.type;
    return isTensorType(type) ? type.shape : undefined;
  }

  /** Shape of an input that must have at least `least` and at most `most` axes. */
  shapeOfRank(index: number, least: number, most = Number.POSITIVE_INFINITY): Shape | undefined {
    const shape = this.shape(index);
    if (shape && (shape.length < least || shape.length > most)) {
      this.fail(`input ${index} has rank ${shape.length}`);
    }
    return shape;
  }

  /** Elements of an integer input, `null` where one is not known; `undefined` where not even their number is. */
  integers(index: number): readonly Dimension[] | undefined {
    const fact = this.fact(index);
    return fact && elementsOf(fact);
  }

  /** The element of an integer input that has just one. */
  integer(index: number): Dimension {
    const integers = this.integers(index);
    return integers?.length === 1 ? (integers[0] ?? null) : null;
  }

  /** Elements of an integer input when each is a number. */
  numbers(index: number): readonly number[] | undefined {
    const integers = this.integers(index);
    return integers?.every((integer) => typeof integer === 'number') ? integers : undefined;
  }

  /** Numbers of a small constant input of any numeric type. */
  constants(index: number): readonly number[] | undefined {
    const tensor: Tensor | undefined = this.has(index) ? constantTensor(this.node.input(index)) : undefined;
    if (tensor === undefined || tensor.size > 64) return undefined;
    return tensor.isFloat || tensor.dataType.includes('int') ? [...tensor.numbers()] : undefined;
  }

  /** Integers given by an input or, in other versions of the operator, by an attribute; `null` when by neither. */
  integersFrom(index: number, attribute: string): readonly Dimension[] | undefined | null {
    return this.has(index) ? this.integers(index) : (this.node.ints(attribute) ?? null);
  }

  /** Axis counted from the front. @throws MalformedNode when it is out of range. */
  axis(axis: number, rank: number): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      this.fail(`axis ${axis} is out of range for rank ${rank}`);
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** Distinct axes counted from the front. */
  axes(axes: readonly number[], rank: number): number[] {
    const found = axes.map((axis) => this.axis(axis, rank));
    if (new Set(found).size !== found.length) this.fail(`axes [${axes}] name one axis twice`);
    return found;
  }

  inferGraph(graph: Graph, inputs: Outputs): Outputs {
    return this.#surroundings.inferGraph(graph, inputs);
  }

  /** Infers a graph that never runs: what makes no sense in it is no conflict. */
  inferDeadGraph(graph: Graph): void {
    this.#surroundings.inferDeadGraph(graph);
  }

  fail(reason: string): never {
    throw new MalformedNode(reason);
  }
}
