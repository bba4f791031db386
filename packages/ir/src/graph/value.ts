import type { ValueInfoProto } from '../codec/messages.ts';
import { copyMessage } from '../codec/wire.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Tensor } from './tensor.ts';
import { isTensorType, readType, type Shape, type ValueType } from './type.ts';

/** One place where a value is read: input number `index` of `node`, which may sit in a subgraph. */
export interface Use {
  readonly node: Node;
  readonly index: number;
}

/** What a node, a graph input or an initializer defines: a name with a type, its producer and all of its uses. */
export class Value {
  name: string;
  /** The node that computes it; `null` for graph inputs and initializers. */
  producer: Node | null = null;
  /** Constant numbers, for initializers. */
  tensor: Tensor | undefined;
  /** Whether callers may feed another value in place of `tensor`: a graph input with a default (IR version 4 on). */
  overridable = false;
  /** Written to the file. */
  metadataProps = new Map<string, string>();
  /** Graphs that return this value; maintained by `Graph`. */
  readonly outputOf = new Set<Graph>();
  /** Every input that reads this value, uses in subgraphs included; maintained by `Node`. */
  readonly uses = new Set<Use>();
  /** The value info of the file, which carries what the graph does not model. */
  info: ValueInfoProto | undefined;
  /** A second value info of the file, where a graph output was described among the value infos too. */
  outputInfo: ValueInfoProto | undefined;
  #type: ValueType | undefined;

  constructor(name: string, type?: ValueType) {
    this.name = name;
    this.#type = type;
  }

  get type(): ValueType | undefined {
    this.#type ??= this.info?.type ? readType(this.info.type) : undefined;
    return this.#type;
  }

  /** A new type is written in place of the file's. */
  set type(type: ValueType | undefined) {
    this.#type = type;
    this.info = withoutType(this.info);
    this.outputInfo = withoutType(this.outputInfo);
  }

  /** Shape if the rank is known. */
  get shape(): Shape | undefined {
    return this.tensor?.dims ?? (isTensorType(this.type) ? this.type.shape : undefined);
  }

  get isUsed(): boolean {
    return this.uses.size > 0 || this.outputOf.size > 0;
  }

  /** Nodes that read this value, each once. */
  consumers(): Node[] {
    return [...new Set([...this.uses].map((use) => use.node))];
  }

  /** The only node that reads this value, when there is exactly one and no graph returns it. */
  soleConsumer(): Node | undefined {
    if (this.outputOf.size > 0) return undefined;
    let sole: Node | undefined;
    for (const { node } of this.uses) {
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
    [this.info, other.info] = [other.info, this.info];
    [this.outputInfo, other.outputInfo] = [other.outputInfo, this.outputInfo];
    [this.metadataProps, other.metadataProps] = [other.metadataProps, this.metadataProps];
    this.#type = declared ?? own;
    other.#type = own;
  }

  /** Points every use in nodes at `other`. Graph outputs stay: see `Graph.replace`. */
  replaceUsesWith(other: Value): void {
    for (const { node, index } of [...this.uses]) node.setInput(index, other);
  }

  /** How messages name this value: its name after a `%`. */
  toString(): string {
    return `%${this.name}`;
  }
}

function withoutType(info: ValueInfoProto | undefined): ValueInfoProto | undefined {
  if (info === undefined) return undefined;
  const copy = copyMessage(info);
  delete copy.type;
  return copy;
}
