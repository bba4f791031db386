import type { GraphProto, SparseTensorProto } from '../codec/messages.ts';
import { NameAuthority } from './names.ts';
import { Node } from './node.ts';
import type { Tensor } from './tensor.ts';
import { tensorType } from './type.ts';
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
  /** Scratch space of passes, never written. */
  readonly meta = new Map<string, unknown>();
  /** The node whose attribute holds this graph; `null` for the graph of a model or function. */
  owner: Node | null = null;
  /** The graph message of the file without what the graph models itself. */
  message: GraphProto | undefined;
  /** Order of the file's value infos; values made by passes follow. */
  valueInfoOrder: Value[] = [];
  #outputs: Value[] = [];
  #first: Node | null = null;
  #last: Node | null = null;
  #count = 0;
  #names: NameAuthority | undefined;

  constructor(name: string, inputs: readonly Value[] = [], outputs: readonly Value[] = []) {
    this.name = name;
    this.inputs = [...inputs];
    this.setOutputs(outputs);
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) value.outputOf.delete(this);
    this.#outputs = [...values];
    for (const value of this.#outputs) value.outputOf.add(this);
  }

  get nodeCount(): number {
    return this.#count;
  }

  /** Walks the nodes of this graph, not of its subgraphs; the current node may be removed and others added meanwhile. */
  *nodes(): Generator<Node> {
    let node = this.#first;
    while (node !== null) {
      const following: Node | null = node.next;
      yield node;
      node = node.graph === this ? node.next : following?.graph === this ? following : null;
    }
  }

  /** Walks the nodes from last to first, with the same freedom. */
  *nodesBackwards(): Generator<Node> {
    let node = this.#last;
    while (node !== null) {
      const following: Node | null = node.previous;
      yield node;
      node = node.graph === this ? node.previous : following?.graph === this ? following : null;
    }
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

  append(node: Node): Node {
    return this.#link(node, this.#last, null);
  }

  insertBefore(reference: Node, node: Node): Node {
    return this.#link(node, reference.previous, reference);
  }

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
    if (node.previous) node.previous.next = node.next;
    else this.#first = node.next;
    if (node.next) node.next.previous = node.previous;
    else this.#last = node.previous;
    node.graph = null;
    this.#count--;
  }

  addInitializer(value: Value, tensor: Tensor): Value {
    value.tensor = tensor;
    value.type ??= tensorType(tensor.dataType, tensor.dims);
    this.initializers.add(value);
    return value;
  }

  /** A value with a name that nothing in the whole model has. */
  newValue(hint: string, type = undefined as Value['type']): Value {
    return new Value(this.newName(hint), type);
  }

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
    for (const graph of [...value.outputOf]) {
      if (other.producer?.graph === graph && other.outputOf.size === 0) {
        swapIdentity(value, other);
        graph.setOutputs(graph.outputs.map((output) => (output === value ? other : output)));
        continue;
      }
      const kept = value.producer;
      const identity = new Node('Identity', [other], [value], { name: this.newName('identity') });
      if (kept?.graph)
        kept.setOutputs(kept.outputs.map((o) => (o === value ? this.newValue(value.name) : o)));
      value.producer = identity;
      graph.append(identity);
    }
  }

  #link(node: Node, previous: Node | null, next: Node | null): Node {
    if (node.graph !== null) throw new Error(`${node} is already in a graph`);
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

/** Exchanges names and file infos, so that `taker` becomes the value the file knows under the name of `value`. */
function swapIdentity(value: Value, taker: Value): void {
  [value.name, taker.name] = [taker.name, value.name];
  const type = taker.type;
  [value.info, taker.info] = [taker.info, value.info];
  [value.outputInfo, taker.outputInfo] = [taker.outputInfo, value.outputInfo];
  [value.metadataProps, taker.metadataProps] = [taker.metadataProps, value.metadataProps];
  if (taker.info?.type === undefined) taker.type = type;
}

function release(node: Node): void {
  node.setInputs([]);
  for (const graph of node.subgraphs()) {
    graph.setOutputs([]);
    for (const inner of graph.nodes()) release(inner);
  }
}
