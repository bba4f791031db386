import type { NodeProto } from '../codec/messages.ts';
import type { Attribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';
import type { Use, Value } from './value.ts';

/** Domains that name the standard ONNX operators. */
export const STANDARD_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx']);

/** What a new node has besides its operator, inputs and outputs. */
export interface NodeFields {
  readonly domain?: string;
  readonly overload?: string;
  readonly name?: string;
  readonly attributes?: Iterable<readonly [string, Attribute]>;
}

/** An operator applied to values. Inputs that are left out of an optional position are `null`. */
export class Node {
  opType: string;
  domain: string;
  overload: string;
  name: string;
  /** Set with `setAttribute`; attributes that hold graphs make this node the owner of those graphs. */
  readonly attributes = new Map<string, Attribute>();
  /** Written to the file. */
  metadataProps = new Map<string, string>();
  /** The graph whose list holds this node; `null` before insertion and after removal. */
  graph: Graph | null = null;
  /** Neighbours in the graph's list; maintained by `Graph`. */
  previous: Node | null = null;
  next: Node | null = null;
  /** The node message of the file, which carries what the graph does not model. */
  message: NodeProto | undefined;
  readonly #inputs: (Value | null)[] = [];
  readonly #uses: (Use | null)[] = [];
  #outputs: Value[];

  constructor(
    opType: string,
    inputs: readonly (Value | null)[],
    outputs: readonly Value[],
    fields: NodeFields = {},
  ) {
    this.opType = opType;
    this.domain = fields.domain ?? '';
    this.overload = fields.overload ?? '';
    this.name = fields.name ?? '';
    this.#outputs = [];
    this.setInputs(inputs);
    this.setOutputs(outputs);
    for (const [key, attribute] of fields.attributes ?? []) this.setAttribute(key, attribute);
  }

  get inputs(): readonly (Value | null)[] {
    return this.#inputs;
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  /** Whether this is the standard operator `opType`, in either spelling of the standard domain. */
  is(...opTypes: string[]): boolean {
    return STANDARD_DOMAINS.has(this.domain) && opTypes.includes(this.opType);
  }

  /** Input `index`, or `undefined` where it is left out. */
  input(index: number): Value | undefined {
    return this.#inputs[index] ?? undefined;
  }

  /** Output `index`, or `undefined` where the node has none there or it is unnamed. */
  output(index: number): Value | undefined {
    const output = this.#outputs[index];
    return output === undefined || output.name === '' ? undefined : output;
  }

  /** Makes input `index` read `value`, or nothing (`null`); inputs skipped on the way are left out. */
  setInput(index: number, value: Value | null): void {
    const use = this.#uses[index];
    if (use) this.#inputs[index]?.uses.delete(use);
    while (this.#inputs.length <= index) {
      this.#inputs.push(null);
      this.#uses.push(null);
    }
    const created = value === null ? null : { node: this, index };
    if (value !== null && created !== null) value.uses.add(created);
    this.#inputs[index] = value;
    this.#uses[index] = created;
  }

  /** Replaces all inputs, in order; `null` leaves one out. */
  setInputs(values: readonly (Value | null)[]): void {
    const wanted = [...values];
    for (let index = 0; index < this.#inputs.length; index++) this.setInput(index, null);
    this.#inputs.length = 0;
    this.#uses.length = 0;
    for (const [index, value] of wanted.entries()) this.setInput(index, value);
  }

  /** Replaces all outputs, in order; they have this node as their producer from then on. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) if (value.producer === this) value.producer = null;
    this.#outputs = [...values];
    for (const value of this.#outputs) value.producer = this;
  }

  /** Sets an attribute, or removes it (`undefined`). */
  setAttribute(name: string, attribute: Attribute | undefined): void {
    const before = this.attributes.get(name);
    for (const graph of before === undefined ? [] : graphsOf(before)) {
      if (graph.owner === this) graph.owner = null;
    }
    if (attribute === undefined) {
      this.attributes.delete(name);
      return;
    }
    this.attributes.set(name, attribute);
    for (const graph of graphsOf(attribute)) graph.owner = this;
  }

  /** Graphs held by attributes (`If`, `Loop`, `Scan` and alike), in order. */
  *subgraphs(): Generator<Graph> {
    for (const attribute of this.attributes.values()) yield* graphsOf(attribute);
  }

  /**
   * Value of an int attribute; `undefined` where it is absent or of another kind. Integers beyond 2^53 lose
   * precision.
   */
  int(name: string): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'int' ? Number(attribute.value) : undefined;
  }

  /** Values of an ints attribute; `undefined` where it is absent or of another kind. */
  ints(name: string): number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
  }

  /** Value of a float attribute; `undefined` where it is absent or of another kind. */
  float(name: string): number | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'float' ? attribute.value : undefined;
  }

  /** Text of a string attribute, read as UTF-8; `undefined` where it is absent or of another kind. */
  string(name: string): string | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : undefined;
  }

  /** Value of a tensor attribute; `undefined` where it is absent or of another kind. */
  tensor(name: string): Tensor | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'tensor' ? attribute.value : undefined;
  }

  /** Value of a graph attribute; `undefined` where it is absent or of another kind. */
  subgraph(name: string): Graph | undefined {
    const attribute = this.attributes.get(name);
    return attribute?.kind === 'graph' ? attribute.value : undefined;
  }

  /** How messages name this node: its name, else what it computes. */
  toString(): string {
    if (this.name !== '') return `${this.opType} ${this.name}`;
    return `${this.opType} of ${this.#outputs.map((output) => output.name).join(', ')}`;
  }
}

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === 'graph') return [attribute.value];
  return attribute.kind === 'graphs' ? attribute.value : [];
}
