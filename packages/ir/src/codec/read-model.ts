import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import { Graph } from '../graph/graph.ts';
import { type FunctionDefinition, Model } from '../graph/model.ts';
import { Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { Value } from '../graph/value.ts';
import { Cursor, MOST_NESTING, type RawField, type Slice, sliceOf, tooDeep, viewOf, WIRE } from './cursor.ts';
import { FUNCTION, GRAPH, MODEL, NODE, VALUE_INFO } from './fields.ts';
import { FunctionParts, GraphParts } from './graph-parts.ts';
import { readOpsets } from './opsets.ts';
import { checkProperty, checkPropertyField, readProperties } from './properties.ts';
import { readAttribute } from './read-attribute.ts';
import { emptyText, rawFields } from './remainder.ts';
import { Scope } from './scope.ts';
import { readTensorBytes, readTensorMessage } from './tensor-message.ts';
import { ValueInfo } from './value-info.ts';
import { checkType, decodeMessage, notModel } from './wire.ts';

/** Versions of the ONNX intermediate representation that can be read. */
export const IR_VERSIONS = { min: 1, max: 14 } as const;
/** Opset versions of the standard operators that can be read. */
export const OPSET_VERSIONS = { min: 1, max: 28 } as const;

export interface ReadOptions {
  /** Folder that external data is relative to. */
  readonly folder?: string;
}

/**
 * Reads a model from the bytes of an ONNX file. Weights stay views of `bytes`, and so does what the graph does not model.
 *
 * @throws SenteiError `not-onnx`, `unsupported-ir-version`, `unsupported-opset`, `invalid-graph`, `external-data`
 */
export function readModelBytes(bytes: Uint8Array, options: ReadOptions = {}): Model {
  let graph: Slice | undefined;
  let irVersion: bigint | undefined;
  const functions: Slice[] = [];
  const remainder: RawField[] = [];
  for (const cursor = new Cursor(sliceOf(bytes)); cursor.next(); ) {
    const { field, wireType } = cursor;
    if (field === MODEL.irVersion && wireType === WIRE.varint) irVersion = cursor.bigint();
    else if (field === MODEL.graph && wireType === WIRE.bytes) graph = cursor.slice();
    else if (field === MODEL.functions && wireType === WIRE.bytes) functions.push(cursor.slice());
    else remainder.push(cursor.raw());
  }
  if (graph === undefined || irVersion === undefined) throw notModel();
  if (irVersion < IR_VERSIONS.min || irVersion > IR_VERSIONS.max) {
    throw new SenteiError('unsupported-ir-version', `IR version ${irVersion} is out of range`, {
      hint: `IR versions ${IR_VERSIONS.min} to ${IR_VERSIONS.max} can be read`,
    });
  }
  const opsets = readOpsets(rawFields(remainder, MODEL.opsetImport));
  const version = opsets.get('');
  if (version !== undefined && (version < OPSET_VERSIONS.min || version > OPSET_VERSIONS.max)) {
    throw new SenteiError('unsupported-opset', `opset ${version} is out of range`, {
      hint: `opsets ${OPSET_VERSIONS.min} to ${OPSET_VERSIONS.max} of the standard domain can be read`,
    });
  }
  const reader = new GraphReader(options.folder, irVersion >= 4);
  const model = new Model(reader.graph(graph, undefined, 1), opsets, Number(irVersion));
  model.functions = functions.map((slice) => reader.function(slice));
  model.metadataProps = readProperties(rawFields(remainder, MODEL.metadataProps));
  model.folder = options.folder;
  model.remainder = remainder;
  return model;
}

class GraphReader {
  readonly #folder: string | undefined;
  /** Before IR version 4 every initializer had to be an input, and none was meant to be overridden. */
  readonly #inputsOverride: boolean;
  /** One string for each operator type and domain, however many nodes have it. */
  readonly #words = new Map<string, string>();

  constructor(folder: string | undefined, inputsOverride: boolean) {
    this.#folder = folder;
    this.#inputsOverride = inputsOverride;
  }

  graph(slice: Slice, outer: Scope | undefined, depth: number): Graph {
    if (depth > MOST_NESTING) throw tooDeep();
    const parts = new GraphParts(slice);
    const scope = new Scope(outer);
    const inputs = parts.inputs.map((info) => {
      const value = describedValue(readInfo(info, depth + 1));
      scope.define(value);
      return value;
    });
    const graph = new Graph(parts.name, inputs);
    this.#initializers(parts, graph, scope);
    this.#nodes(parts.nodes, graph, scope, depth + 1);
    describe(graph, scope, parts.valueInfos, depth + 1);
    const outputs: Value[] = [];
    for (const info of parts.outputs) outputs.push(outputOf(readInfo(info, depth + 1), scope, graph));
    graph.setOutputs(outputs);
    graph.metadataProps = readProperties(rawFields(parts.remainder, GRAPH.metadataProps));
    graph.remainder = parts.remainder.length === 0 ? undefined : parts.remainder;
    return graph;
  }

  function(slice: Slice): FunctionDefinition {
    const parts = new FunctionParts(slice);
    const { name, remainder } = parts;
    const scope = new Scope(undefined);
    const graph = new Graph(
      name,
      parts.inputs.map((input) => new Value(input)),
    );
    for (const value of graph.inputs) scope.define(value);
    this.#nodes(parts.nodes, graph, scope, 3);
    describe(graph, scope, parts.valueInfos, 3);
    graph.setOutputs(parts.outputs.map((output) => scope.find(output) ?? new Value(output)));
    return {
      domain: parts.domain,
      name,
      overload: parts.overload,
      graph,
      opsetImports: readOpsets(rawFields(remainder, FUNCTION.opsetImport)),
      attributeNames: parts.attributeNames,
      attributeDefaults: this.#attributes(parts.defaults, scope, 3, `function ${name}`),
      metadataProps: readProperties(rawFields(remainder, FUNCTION.metadataProps)),
      remainder: remainder.length === 0 ? undefined : remainder,
    };
  }

  #initializers(parts: GraphParts, graph: Graph, scope: Scope): void {
    for (const slice of parts.initializers) {
      const message = readTensorMessage(slice, this.#folder);
      const input = inputWithoutDefault(graph, scope.own(message.name));
      const value = input ?? new Value(message.name);
      value.overridable = input !== undefined && this.#inputsOverride;
      scope.define(value);
      value.tensor = Tensor.fromMessage(message);
      graph.initializers.add(value);
    }
    for (const slice of parts.sparse) {
      const message = decodeMessage('SparseTensorProto', viewOf(slice));
      this.#checkSparse(slice);
      const name = message.values?.name ?? '';
      const value = inputWithoutDefault(graph, scope.own(name)) ?? new Value(name);
      scope.define(value);
      graph.sparseInitializers.push({ value, message });
    }
  }

  /** The tensors inside are only carried, but their paths must not lead out of the folder either. */
  #checkSparse(slice: Slice): void {
    for (const cursor = new Cursor(slice); cursor.next(); ) {
      const isTensor = (cursor.field === 1 || cursor.field === 2) && cursor.wireType === WIRE.bytes;
      if (isTensor) readTensorBytes(cursor.view(), this.#folder);
      else cursor.skip();
    }
  }

  /** Nodes may come in any order here; values that are read before they are defined are reported by the verifier. */
  #nodes(slices: readonly Slice[], graph: Graph, scope: Scope, depth: number): void {
    for (const slice of slices) graph.append(this.#node(slice, scope));
    let index = 0;
    for (const node of graph.nodes()) {
      const slice = slices[index++] as Slice;
      const inputs: (Value | null)[] = [];
      const attributes: Slice[] = [];
      for (const cursor = new Cursor(slice); cursor.next(); ) {
        if (cursor.wireType !== WIRE.bytes) cursor.skip();
        else if (cursor.field === NODE.input) inputs.push(resolve(cursor.text(), scope));
        else if (cursor.field === NODE.attribute) attributes.push(cursor.slice());
        else cursor.skip();
      }
      node.setInputs(inputs);
      if (attributes.length === 0) continue;
      for (const [name, attribute] of this.#attributes(attributes, scope, depth + 1, `${node}`))
        node.setAttribute(name, attribute);
    }
  }

  /** A node with its outputs; what it reads may be defined after it. */
  #node(slice: Slice, scope: Scope): Node {
    const outputs: Value[] = [];
    let name = '';
    let opType = '';
    let domain = '';
    let overload = '';
    let remainder: RawField[] | undefined;
    for (const cursor = new Cursor(slice); cursor.next(); ) {
      const { field } = cursor;
      if (cursor.wireType === WIRE.bytes) {
        if (field === NODE.input || field === NODE.attribute) {
          cursor.skip();
          continue;
        }
        if (field === NODE.output) {
          const value = new Value(cursor.text());
          if (value.name !== '') scope.define(value);
          outputs.push(value);
          continue;
        }
        if (
          field === NODE.name ||
          field === NODE.opType ||
          field === NODE.domain ||
          field === NODE.overload
        ) {
          const text = cursor.text();
          if (field === NODE.name) name = text;
          else if (field === NODE.opType) opType = this.#word(text);
          else if (field === NODE.domain) domain = this.#word(text);
          else overload = this.#word(text);
          if (text !== '') continue;
          remainder ??= [];
          remainder.push(emptyText(field));
          continue;
        }
      }
      remainder ??= [];
      const raw = cursor.raw();
      if (field === NODE.metadataProps) checkPropertyField(raw);
      remainder.push(raw);
    }
    const node = new Node(opType, [], outputs, { domain, overload, name });
    node.remainder = remainder;
    return node;
  }

  #attributes(slices: readonly Slice[], scope: Scope, depth: number, owner: string): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    const parts = {
      graph: (slice: Slice) => this.graph(slice, scope, depth + 1),
      tensor: (slice: Slice) => Tensor.fromMessage(readTensorMessage(slice, this.#folder)),
    };
    for (const slice of slices) {
      const { name, attribute } = readAttribute(slice, parts);
      if (attributes.has(name)) {
        throw new SenteiError('invalid-graph', `${owner} has two attributes named '${name}'`, {
          subject: owner,
          hint: 'the model breaks a rule of the ONNX specification; onnx.checker tells more',
        });
      }
      attributes.set(name, attribute);
    }
    return attributes;
  }

  #word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }
}

/** The second of two descriptions of one value goes to the one that follows; a third is a value of its own. */
function describe(graph: Graph, scope: Scope, infos: readonly Slice[], depth: number): void {
  for (const slice of infos) {
    const info = readInfo(slice, depth);
    const known = scope.own(info.name);
    const value = known === undefined || known.info !== undefined ? describedValue(info) : known;
    if (value === known) value.describe(info);
    graph.valueInfoOrder.push(value);
  }
}

function resolve(name: string, scope: Scope): Value | null {
  if (name === '') return null;
  const value = scope.find(name);
  if (value !== undefined) return value;
  const unknown = new Value(name);
  scope.define(unknown);
  return unknown;
}

/** @throws SenteiError `not-onnx` when the description or the type in it is not complete */
function readInfo(slice: Slice, depth: number): ValueInfo {
  for (const cursor = new Cursor(slice); cursor.next(); ) {
    if (cursor.field === VALUE_INFO.type && cursor.wireType === WIRE.bytes)
      checkType(cursor.slice(), depth + 1);
    else if (cursor.field === VALUE_INFO.metadataProps && cursor.wireType === WIRE.bytes)
      checkProperty(cursor.slice());
    else cursor.skip();
  }
  return ValueInfo.read(slice);
}

function describedValue(info: ValueInfo): Value {
  const value = new Value(info.name);
  value.describe(info);
  return value;
}

/** The value an initializer gives a default to, unless another initializer already does. */
function inputWithoutDefault(graph: Graph, value: Value | undefined): Value | undefined {
  if (value === undefined || value.tensor !== undefined) return undefined;
  const taken = graph.sparseInitializers.some((sparse) => sparse.value === value);
  return taken ? undefined : value;
}

function outputOf(info: ValueInfo, scope: Scope, graph: Graph): Value {
  const { name } = info;
  const own = scope.own(name);
  const value = own ?? scope.find(name) ?? new Value(name);
  if (own === undefined) graph.outerOutputInfos.set(value, info);
  else value.describe(info);
  return value;
}
