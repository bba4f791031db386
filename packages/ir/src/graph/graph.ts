import { GRAPH } from '../codec/fields.ts';
import type { SparseTensorProto } from '../codec/messages.ts';
import {
  encodeAnnotation,
  type QuantizationAnnotation,
  readAnnotations,
} from '../codec/quantization-annotation.ts';
import { type Remainder, rawFields, remainingText, withText } from '../codec/remainder.ts';
import type { ValueInfo } from '../codec/value-info.ts';
import { NameAuthority } from './names.ts';
import { Node } from './node.ts';
import type { Tensor } from './tensor.ts';
import { isTensorType, tensorType } from './type.ts';
import { Value } from './value.ts';

/** A constant sparse tensor that a graph defines; carried, not computed with. */
export interface SparseInitializer {
  readonly value: Value;
  readonly message: SparseTensorProto;
}

/**
 * Nodes in topological order with the values they pass on. The node list is linked, so adding and removing nodes is safe
 * while it is walked and takes constant time.
 */
export class Graph {
  name: string;
  readonly inputs: Value[];
  /** Values whose tensor the graph holds, in file order. An initializer may be an input too: its default. */
  readonly initializers = new Set<Value>();
  sparseInitializers: SparseInitializer[] = [];
  /** Written to the file. */
  metadataProps = new Map<string, string>();
  /** The node whose attribute holds this graph; `null` for the graph of a model or function. */
  owner: Node | null = null;
  /** What the file says beyond this: annotations, doc string, fields of later versions, metadata as it is encoded. */
  remainder: Remainder;
  /** Order of the file's value infos; values made by passes follow. */
  valueInfoOrder: Value[] = [];
  /** How the file describes outputs that this graph returns but a graph around it defines. */
  readonly outerOutputInfos = new Map<Value, ValueInfo>();
  #outputs: Value[] = [];
  #first: Node | null = null;
  #last: Node | null = null;
  #count = 0;
  #names: NameAuthority | undefined;
  readonly #walks = new Set<Walk>();

  constructor(name: string, inputs: readonly Value[] = [], outputs: readonly Value[] = []) {
    this.name = name;
    this.inputs = [...inputs];
    this.setOutputs(outputs);
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  /** Makes these the outputs, in order. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) value.noteOutputOf(this, false);
    this.#outputs = [...values];
    for (const value of this.#outputs) value.noteOutputOf(this, true);
  }

  /** Scale, zero point and alike of quantized values, by the names that stand for them. */
  get quantizationAnnotations(): readonly QuantizationAnnotation[] {
    return readAnnotations(rawFields(this.remainder, GRAPH.quantizationAnnotation));
  }

  set quantizationAnnotations(annotations: readonly QuantizationAnnotation[]) {
    const others = this.remainder?.filter(({ number }) => number !== GRAPH.quantizationAnnotation) ?? [];
    this.remainder = others.concat(annotations.map(encodeAnnotation));
  }

  get docString(): string | undefined {
    return remainingText(this.remainder, GRAPH.docString);
  }

  set docString(text: string | undefined) {
    this.remainder = withText(this.remainder, GRAPH.docString, text);
  }

  get nodeCount(): number {
    return this.#count;
  }

  /**
   * Walks the nodes of this graph, not of its subgraphs. Any node may be removed, moved or added meanwhile: nodes added
   * right after the current one are visited if that one stays.
   */
  nodes(): Generator<Node> {
    return this.#walk('next');
  }

  /** Walks the nodes from last to first, with the same freedom. */
  nodesBackwards(): Generator<Node> {
    return this.#walk('previous');
  }

  /** Walks this graph's nodes and, right after each, the nodes of its subgraphs at every depth. */
  *allNodes(): Generator<Node> {
    for (const node of this.nodes()) {
      yield node;
      for (const graph of node.subgraphs()) yield* graph.allNodes();
    }
  }

  /** The outermost graph around this one. */
  get root(): Graph {
    let graph: Graph = this;
    while (graph.owner?.graph) graph = graph.owner.graph;
    return graph;
  }

  /** Adds a node at the end and returns it. */
  append(node: Node): Node {
    return this.#link(node, this.#last, null);
  }

  /** Adds a node right before `reference`, a node of this graph, and returns it. */
  insertBefore(reference: Node, node: Node): Node {
    return this.#link(node, reference.previous, reference);
  }

  /** Adds a node right after `reference`, a node of this graph, and returns it. */
  insertAfter(reference: Node, node: Node): Node {
    return this.#link(node, reference, reference.next);
  }

  /** Takes a node out of the list and lets go of everything it reads, in its subgraphs too. */
  remove(node: Node): void {
    this.unlink(node);
    release(node);
  }

  /** Takes a node out of the list without touching what it reads, to put it elsewhere. */
  unlink(node: Node): void {
    if (node.graph !== this) throw new Error(`${node} is not in graph ${this.name}`);
    for (const walk of this.#walks) {
      if (walk.current === node) walk.left = true;
      if (walk.following === node) walk.following = node[walk.direction];
    }
    if (node.previous) node.previous.next = node.next;
    else this.#first = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous;
    node.graph = null;
    this.#count--;
  }

  /** Puts back exactly these nodes in this order; walks under way go on after the node they are at. */
  restoreNodes(nodes: readonly Node[]): void {
    const kept = new Set(nodes);
    for (const node of [...this.nodes()]) {
      if (kept.has(node)) this.unlink(node);
      else this.remove(node);
    }
    for (const node of nodes) {
      node.graph?.unlink(node);
      this.append(node);
    }
    for (const walk of this.#walks) walk.left = walk.current?.graph !== this;
  }

  /**
   * Makes `value` a constant of this graph and returns it; its type becomes that of the tensor where it says
   * otherwise.
   */
  addInitializer(value: Value, tensor: Tensor): Value {
    value.tensor = tensor;
    if (!allows(value.type, tensor)) value.type = tensorType(tensor.dataType, tensor.dims);
    this.initializers.add(value);
    return value;
  }

  /** A value with a name that nothing in the whole model has. */
  newValue(hint: string, type = undefined as Value['type']): Value {
    return new Value(this.newName(hint), type);
  }

  /** A name that nothing in the model has, made from `hint`; it is taken from then on. */
  newName(hint: string): string {
    const root = this.root;
    root.#names ??= new NameAuthority(root);
    return root.#names.claim(hint);
  }

  /**
   * Makes every reader of `value` read `other`, graph outputs included. The names of graph outputs stay as they are: where
   * `other` cannot take over the name, an Identity node is kept between the two.
   */
  replace(value: Value, other: Value): void {
    if (value === other) return;
    value.replaceUsesWith(other);
    for (const graph of [...value.outputOf]) graph.#replaceOutput(value, other);
  }

  #replaceOutput(value: Value, other: Value): void {
    const isInput = this.inputs.includes(value);
    const isComputed = value.producer?.graph === this;
    const isOuter = !isInput && !isComputed && !this.initializers.has(value);
    const isFree = other.producer?.graph === this && other.outputOf.size === 0;
    if (isInput) {
      throw new Error(`${value} is an input and an output of graph ${this.name}: its name belongs to both`);
    }
    if (isFree) {
      // What a graph around this one defines keeps its name: outputs of subgraphs go by position.
      if (!isOuter) other.swapIdentity(value);
      this.setOutputs(this.outputs.map((output) => (output === value ? other : output)));
      return;
    }
    const output = isOuter ? this.newValue(value.name, value.type) : value;
    if (isComputed) {
      const spare = this.newValue(value.name, value.type);
      value.producer?.setOutputs(value.producer.outputs.map((o) => (o === value ? spare : o)));
    }
    this.initializers.delete(output);
    output.tensor = undefined;
    this.append(new Node('Identity', [other], [output], { name: this.newName('identity') }));
    if (isOuter) this.setOutputs(this.outputs.map((o) => (o === value ? output : o)));
  }

  *#walk(direction: Walk['direction']): Generator<Node> {
    const first = direction === 'next' ? this.#first : this.#last;
    const walk: Walk = { direction, current: first, following: null, left: false };
    this.#walks.add(walk);
    try {
      while (walk.current !== null) {
        walk.following = walk.current[direction];
        walk.left = false;
        yield walk.current;
        walk.current = walk.left ? walk.following : walk.current[direction];
      }
    } finally {
      this.#walks.delete(walk);
    }
  }

  #link(node: Node, previous: Node | null, next: Node | null): Node {
    if (node.graph !== null) throw new Error(`${node} is already in a graph`);
    for (const neighbour of [previous, next]) {
      if (neighbour !== null && neighbour.graph !== this)
        throw new Error(`${neighbour} is not in graph ${this.name}`);
    }
    node.graph = this;
    node.previous = previous;
    node.next = next;
    if (previous) previous.next = node;
    else this.#first = node;
    if (next) next.previous = node;
    else this.#last = node;
    this.#count++;
    return node;
  }
}

/** A walk under way. It goes on at `following` once `current` has left its place. */
interface Walk {
  readonly direction: 'next' | 'previous';
  current: Node | null;
  following: Node | null;
  left: boolean;
}

/** Whether the type allows the tensor; symbols stay for inputs that callers may feed something else. */
function allows(type: Value['type'], { dataType, dims }: Tensor): boolean {
  if (!isTensorType(type) || type.kind !== 'tensor' || type.elementType !== dataType) return false;
  const { shape } = type;
  if (shape === undefined) return true;
  return (
    shape.length === dims.length &&
    shape.every((extent, axis) => typeof extent !== 'number' || extent === dims[axis])
  );
}

function release(node: Node): void {
  node.setInputs([]);
  for (const graph of node.subgraphs()) {
    graph.setOutputs([]);
    for (const inner of graph.nodes()) release(inner);
  }
}
