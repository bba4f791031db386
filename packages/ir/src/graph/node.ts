import { NODE } from '../codec/fields.ts';
import { readProperties } from '../codec/properties.ts';
import { type Remainder, rawFields, remainingText, withText } from '../codec/remainder.ts';
import type { Attribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';
import { Use } from './uses.ts';
import type { Value } from './value.ts';

const NO_GRAPHS: readonly Graph[] = [];
const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();

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
  /** The graph whose list holds this node; `null` before insertion and after removal. */
  graph: Graph | null = null;
  /** Neighbours in the graph's list; maintained by `Graph`. */
  previous: Node | null = null;
  next: Node | null = null;
  /** What the file says beyond this, metadata that nobody has asked for included. */
  remainder: Remainder;
  readonly #inputs: (Value | null)[] = [];
  readonly #uses: (Use | null)[] = [];
  #outputs: readonly Value[];
  #attributes: Map<string, Attribute> | undefined;
  #metadata: Map<string, string> | undefined;

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

  /** Set with `setAttribute`; attributes that hold graphs make this node the owner of those graphs. */
  get attributes(): ReadonlyMap<string, Attribute> {
    return this.#attributes ?? NO_ATTRIBUTES;
  }

  /** Written to the file. */
  get metadataProps(): Map<string, string> {
    this.#metadata ??= readProperties(rawFields(this.remainder, NODE.metadataProps));
    return this.#metadata;
  }

  set metadataProps(metadata: Map<string, string>) {
    this.#metadata = metadata;
  }

  /** Metadata somebody has asked for; `undefined` while it is what the file says. */
  get touchedMetadata(): ReadonlyMap<string, string> | undefined {
    return this.#metadata;
  }

  get docString(): string | undefined {
    return remainingText(this.remainder, NODE.docString);
  }

  set docString(text: string | undefined) {
    this.remainder = withText(this.remainder, NODE.docString, text);
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
    const before = this.#uses[index];
    if (before) Use.unlink(before);
    while (this.#inputs.length <= index) {
      this.#inputs.push(null);
      this.#uses.push(null);
    }
    const use = value === null ? null : new Use(this, index);
    if (value !== null && use !== null) Use.link(use, value.useList);
    this.#inputs[index] = value;
    this.#uses[index] = use;
  }

  /** Replaces all inputs, in order; `null` leaves one out. */
  setInputs(values: readonly (Value | null)[]): void {
    const wanted = [...values];
    for (const use of this.#uses) if (use) Use.unlink(use);
    this.#inputs.length = 0;
    this.#uses.length = 0;
    for (let index = 0; index < wanted.length; index++) this.setInput(index, wanted[index] ?? null);
  }

  /** Whether the value at an input position knows of this use. */
  isUseKnown(index: number): boolean {
    const use = this.#uses[index];
    const value = this.#inputs[index];
    return value === null || value === undefined || (!!use && Use.isIn(use, value.useList));
  }

  /** Replaces all outputs, in order; they have this node as their producer from then on. */
  setOutputs(values: readonly Value[]): void {
    for (const value of this.#outputs) if (value.producer === this) value.producer = null;
    this.#outputs = [...values];
    for (const value of this.#outputs) value.producer = this;
  }

  /** Sets an attribute, or removes it (`undefined`). */
  setAttribute(name: string, attribute: Attribute | undefined): void {
    const before = this.#attributes?.get(name);
    for (const graph of before === undefined ? [] : graphsOf(before)) {
      if (graph.owner === this) graph.owner = null;
    }
    if (attribute === undefined) {
      this.#attributes?.delete(name);
      return;
    }
    this.#attributes ??= new Map();
    this.#attributes.set(name, attribute);
    for (const graph of graphsOf(attribute)) graph.owner = this;
  }

  /** Graphs held by attributes (`If`, `Loop`, `Scan` and alike), in order. */
  subgraphs(): readonly Graph[] {
    if (this.#attributes === undefined) return NO_GRAPHS;
    let graphs: Graph[] | undefined;
    for (const attribute of this.#attributes.values()) {
      if (attribute.kind !== 'graph' && attribute.kind !== 'graphs') continue;
      graphs ??= [];
      for (const graph of graphsOf(attribute)) graphs.push(graph);
    }
    return graphs ?? NO_GRAPHS;
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

  /** Everything that `restoreState` puts back: what it is, reads and computes, its attributes and metadata. */
  saveState(): NodeState {
    return {
      opType: this.opType,
      domain: this.domain,
      overload: this.overload,
      name: this.name,
      remainder: this.remainder,
      inputs: this.#inputs.slice(),
      outputs: this.#outputs,
      attributes: this.#attributes && new Map(this.#attributes),
      metadata: this.#metadata && new Map(this.#metadata),
    };
  }

  /** Puts back what `saveState` remembered. */
  restoreState(state: NodeState): void {
    this.opType = state.opType;
    this.domain = state.domain;
    this.overload = state.overload;
    this.name = state.name;
    this.remainder = state.remainder;
    this.setInputs(state.inputs);
    this.setOutputs(state.outputs);
    for (const key of [...this.attributes.keys()]) this.setAttribute(key, undefined);
    for (const [key, attribute] of state.attributes ?? []) this.setAttribute(key, attribute);
    this.#metadata = state.metadata && new Map(state.metadata);
  }

  /** How messages name this node: its name, else what it computes. */
  toString(): string {
    if (this.name !== '') return `${this.opType} ${this.name}`;
    return `${this.opType} of ${this.#outputs.map((output) => output.name).join(', ')}`;
  }
}

export interface NodeState {
  readonly opType: string;
  readonly domain: string;
  readonly overload: string;
  readonly name: string;
  readonly remainder: Remainder;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: ReadonlyMap<string, Attribute> | undefined;
  readonly metadata: ReadonlyMap<string, string> | undefined;
}

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === 'graph') return [attribute.value];
  return attribute.kind === 'graphs' ? attribute.value : [];
}
