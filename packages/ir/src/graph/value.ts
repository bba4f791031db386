import type { ValueInfo } from '../codec/value-info.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Tensor } from './tensor.ts';
import { isTensorType, type Shape, type ValueType } from './type.ts';
import { Use, UseList } from './uses.ts';

const NO_GRAPHS: ReadonlySet<Graph> = new Set();

/** What a node, a graph input or an initializer defines: a name with a type, its producer and all of its uses. */
export class Value {
  name: string;
  /** The node that computes it; `null` for graph inputs and initializers. */
  producer: Node | null = null;
  /** Constant numbers, for initializers. */
  tensor: Tensor | undefined;
  /** Whether callers may feed another value in place of `tensor`: a graph input with a default (IR version 4 on). */
  overridable = false;
  readonly #uses = new UseList();
  #outputOf: Set<Graph> | undefined;
  #metadata: Map<string, string> | undefined;
  #info: ValueInfo | undefined;
  #outputInfo: ValueInfo | undefined;
  #type: ValueType | undefined;

  constructor(name: string, type?: ValueType) {
    this.name = name;
    this.#type = type;
  }

  /** Every input that reads this value, uses in subgraphs included, in the order they came about. */
  get uses(): Iterable<Use> & { readonly size: number; readonly first: Use | null } {
    return this.#uses;
  }

  /** For `Node`, which keeps the list. */
  get useList(): UseList {
    return this.#uses;
  }

  /** Graphs that return this value. */
  get outputOf(): ReadonlySet<Graph> {
    return this.#outputOf ?? NO_GRAPHS;
  }

  /** Notes that a graph returns this value, or no longer does; for `Graph`, which decides. */
  noteOutputOf(graph: Graph, isReturned: boolean): void {
    if (isReturned) {
      this.#outputOf ??= new Set();
      this.#outputOf.add(graph);
    } else this.#outputOf?.delete(graph);
  }

  /** Written to the file. */
  get metadataProps(): Map<string, string> {
    this.#metadata ??= this.#info?.metadataProps() ?? new Map();
    return this.#metadata;
  }

  set metadataProps(metadata: Map<string, string>) {
    this.#metadata = metadata;
  }

  /** Metadata somebody has asked for; `undefined` while it is what the file says. */
  get touchedMetadata(): ReadonlyMap<string, string> | undefined {
    return this.#metadata;
  }

  get type(): ValueType | undefined {
    this.#type ??= this.#info?.type();
    return this.#type;
  }

  /** A new type is written in place of the file's. */
  set type(type: ValueType | undefined) {
    this.#type = type;
    this.#info = this.#info?.withoutType();
    this.#outputInfo = this.#outputInfo?.withoutType();
  }

  /** How the file describes the value. */
  get info(): ValueInfo | undefined {
    return this.#info;
  }

  /** A second description in the file, where a graph output was described among the value infos too. */
  get outputInfo(): ValueInfo | undefined {
    return this.#outputInfo;
  }

  /** Takes on a description; for the codec. */
  describe(info: ValueInfo): void {
    if (this.#info === undefined) this.#info = info;
    else this.#outputInfo = info;
  }

  /** Shape if the rank is known. */
  get shape(): Shape | undefined {
    return this.tensor?.dims ?? (isTensorType(this.type) ? this.type.shape : undefined);
  }

  get isUsed(): boolean {
    return this.#uses.size > 0 || this.outputOf.size > 0;
  }

  /** Nodes that read this value, each once. */
  consumers(): Node[] {
    const nodes = new Set<Node>();
    for (const use of this.#uses) nodes.add(use.node);
    return [...nodes];
  }

  /** The only node that reads this value, when there is exactly one and no graph returns it. */
  soleConsumer(): Node | undefined {
    if (this.outputOf.size > 0) return undefined;
    let sole: Node | undefined;
    for (const { node } of this.#uses) {
      if (sole !== undefined && sole !== node) return undefined;
      sole = node;
    }
    return sole;
  }

  /**
   * Exchanges names, declarations and metadata with `other`, so that this becomes the value that the file and its users
   * know under the name of `other`. Where `other` declares no type, this keeps its own.
   */
  swapIdentity(other: Value): void {
    const own = this.type;
    const declared = other.type;
    [this.name, other.name] = [other.name, this.name];
    [this.#info, other.#info] = [other.#info, this.#info];
    [this.#outputInfo, other.#outputInfo] = [other.#outputInfo, this.#outputInfo];
    [this.#metadata, other.#metadata] = [other.#metadata, this.#metadata];
    this.#type = declared ?? own;
    other.#type = own;
  }

  /** Points every use in nodes at `other`. Graph outputs stay: see `Graph.replace`. */
  replaceUsesWith(other: Value): void {
    for (const { node, index } of [...this.#uses]) node.setInput(index, other);
  }

  /** Drops uses from the list without touching the nodes; for nodes that are out of the model. */
  forgetUses(isGone: (use: Use) => boolean): void {
    for (const use of this.#uses) if (isGone(use)) Use.unlink(use);
  }

  /** Everything but uses, to be put back by `restoreState`. */
  saveState(): ValueState {
    const metadata = this.#metadata && new Map(this.#metadata);
    return {
      name: this.name,
      producer: this.producer,
      tensor: this.tensor,
      overridable: this.overridable,
      type: this.#type,
      info: this.#info,
      outputInfo: this.#outputInfo,
      metadata,
    };
  }

  /** Puts back what `saveState` remembered. */
  restoreState(state: ValueState): void {
    this.name = state.name;
    this.producer = state.producer;
    this.tensor = state.tensor;
    this.overridable = state.overridable;
    this.#type = state.type;
    this.#info = state.info;
    this.#outputInfo = state.outputInfo;
    this.#metadata = state.metadata && new Map(state.metadata);
  }

  /** How messages name this value: its name after a `%`. */
  toString(): string {
    return `%${this.name}`;
  }
}

export interface ValueState {
  readonly name: string;
  readonly producer: Node | null;
  readonly tensor: Tensor | undefined;
  readonly overridable: boolean;
  readonly type: ValueType | undefined;
  readonly info: ValueInfo | undefined;
  readonly outputInfo: ValueInfo | undefined;
  readonly metadata: ReadonlyMap<string, string> | undefined;
}
