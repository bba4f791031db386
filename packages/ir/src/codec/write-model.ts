import { SenteiError } from '../errors.ts';
import type { Graph, SparseInitializer } from '../graph/graph.ts';
import { canonicalDomain, type FunctionDefinition, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';
import { writeType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { type Chunk, ChunkWriter } from './chunk-writer.ts';
import { MOST_NESTING } from './cursor.ts';
import { FUNCTION, GRAPH, KNOWN, MODEL, NODE } from './fields.ts';
import type { SparseTensorProto } from './messages.ts';
import { readOpsets } from './opsets.ts';
import { writeProperties } from './properties.ts';
import { isEmptyText, RemainderWriter } from './remainder.ts';
import type { TensorPlacement } from './tensor-message.ts';
import { ValueInfo } from './value-info.ts';
import { encodeMessage } from './wire.ts';
import { type AttributePartWriter, writeAttribute } from './write-attribute.ts';

/** Protobuf cannot hold a message of 2 GiB or more. */
export const LARGEST_MODEL = 2 ** 31 - 1;

export interface WriteOptions {
  /** Where the bytes of a tensor go, when not where they were; `undefined` leaves it as it is. */
  place?(tensor: Tensor): TensorPlacement | undefined;
}

/**
 * Writes a model to the bytes of an ONNX file. What no pass changed keeps the encoding it was read with.
 *
 * @throws SenteiError `unsupported-model` when it would be larger than the 2 GiB that protobuf can hold, or when
 *   subgraphs nest too deeply
 */
export function writeModelBytes(model: Model): Uint8Array {
  const chunks = encodeModelChunks(model);
  const bytes = new Uint8Array(totalLength(chunks));
  let at = 0;
  for (const chunk of chunks) {
    for (const piece of chunk instanceof Uint8Array ? [chunk] : chunk.read()) {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}

/**
 * Encodes a model in pieces that follow one another in the file. Weights are views of where they lie, or read when their
 * turn comes.
 *
 * @throws SenteiError as `writeModelBytes`
 */
export function encodeModelChunks(model: Model, options: WriteOptions = {}): Chunk[] {
  const writer = new ChunkWriter();
  new ModelWriter(writer, options).model(model);
  const chunks = writer.finish();
  const length = totalLength(chunks);
  if (length <= LARGEST_MODEL) return chunks;
  throw new SenteiError(
    'unsupported-model',
    `the model takes ${length} bytes, and an ONNX file holds less than 2 GiB`,
    { hint: 'write its weights to external data: writeModel(model, path, { externalData: {} })' },
  );
}

function totalLength(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

class ModelWriter {
  readonly #writer: ChunkWriter;
  readonly #options: WriteOptions;
  readonly #parts: AttributePartWriter;
  #depth = 0;

  constructor(writer: ChunkWriter, options: WriteOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#parts = {
      graph: (field, graph) => this.#graph(field, graph),
      tensor: (field, tensor) => this.#tensor(field, tensor, undefined),
      movesTensors: options.place !== undefined,
    };
  }

  model(model: Model): void {
    const writer = this.#writer;
    const rest = new RemainderWriter(writer, model.remainder, KNOWN.model);
    writer.integer(MODEL.irVersion, model.irVersion);
    rest.before(MODEL.graph);
    this.#graph(MODEL.graph, model.graph);
    rest.before(MODEL.opsetImport);
    this.#opsets(MODEL.opsetImport, model.opsetImports, rest);
    rest.before(MODEL.metadataProps);
    this.#properties(MODEL.metadataProps, model.metadataProps, rest);
    rest.before(MODEL.functions);
    for (const definition of model.functions) this.#function(definition);
    rest.end();
  }

  #graph(field: number, graph: Graph): void {
    if (++this.#depth * 3 > MOST_NESTING) {
      throw new SenteiError(
        'unsupported-model',
        `subgraphs nest deeper than protobuf can hold, at ${graph.name}`,
        {
          subject: graph.name,
          hint: 'flatten control flow that is nested more than 30 levels deep',
        },
      );
    }
    const writer = this.#writer;
    const mark = writer.begin(field);
    const rest = new RemainderWriter(writer, graph.remainder, KNOWN.graph);
    for (const node of graph.nodes()) this.#node(GRAPH.node, node);
    rest.before(GRAPH.name);
    this.#text(GRAPH.name, graph.name, rest);
    for (const value of graph.initializers) {
      if (value.tensor !== undefined) this.#tensor(GRAPH.initializer, value.tensor, value.name);
    }
    rest.before(GRAPH.input);
    for (const value of graph.inputs) this.#info(GRAPH.input, value, value.info);
    for (const value of graph.outputs) this.#outputInfo(value, graph);
    for (const value of describedValues(graph)) this.#info(GRAPH.valueInfo, value, value.info);
    rest.before(GRAPH.sparseInitializer);
    for (const sparse of graph.sparseInitializers)
      writer.bytes(GRAPH.sparseInitializer, encodeMessage('SparseTensorProto', sparseMessage(sparse)));
    rest.before(GRAPH.metadataProps);
    this.#properties(GRAPH.metadataProps, graph.metadataProps, rest);
    rest.end();
    writer.end(mark);
    this.#depth--;
  }

  #node(field: number, node: Node): void {
    const writer = this.#writer;
    const mark = writer.begin(field);
    const { remainder } = node;
    const rest = remainder && new RemainderWriter(writer, remainder, KNOWN.node);
    for (const value of node.inputs) writer.text(NODE.input, value?.name ?? '');
    for (const value of node.outputs) writer.text(NODE.output, value.name);
    rest?.before(NODE.name);
    this.#text(NODE.name, node.name, rest);
    this.#text(NODE.opType, node.opType, rest);
    for (const [name, attribute] of node.attributes)
      writeAttribute(writer, NODE.attribute, name, attribute, this.#parts);
    rest?.before(NODE.domain);
    this.#text(NODE.domain, node.domain, rest);
    this.#text(NODE.overload, node.overload, rest);
    const metadata = node.touchedMetadata;
    rest?.before(NODE.metadataProps);
    if (metadata === undefined) rest?.own(NODE.metadataProps);
    else this.#properties(NODE.metadataProps, metadata, rest);
    rest?.end();
    writer.end(mark);
  }

  #function(definition: FunctionDefinition): void {
    const writer = this.#writer;
    const { graph, remainder } = definition;
    const mark = writer.begin(MODEL.functions);
    const rest = new RemainderWriter(writer, remainder, KNOWN.function);
    this.#text(FUNCTION.name, definition.name, rest);
    for (const { name } of graph.inputs) writer.text(FUNCTION.input, name);
    for (const { name } of graph.outputs) writer.text(FUNCTION.output, name);
    for (const name of definition.attributeNames) writer.text(FUNCTION.attribute, name);
    for (const value of graph.initializers) this.#constant(FUNCTION.node, value);
    for (const node of graph.nodes()) this.#node(FUNCTION.node, node);
    rest.before(FUNCTION.opsetImport);
    this.#opsets(FUNCTION.opsetImport, definition.opsetImports, rest);
    rest.before(FUNCTION.domain);
    this.#text(FUNCTION.domain, definition.domain, rest);
    for (const [name, attribute] of definition.attributeDefaults)
      writeAttribute(writer, FUNCTION.attributeProto, name, attribute, this.#parts);
    for (const value of graph.valueInfoOrder) {
      if (isDefinedIn(graph, value)) this.#info(FUNCTION.valueInfo, value, value.info);
    }
    rest.before(FUNCTION.overload);
    this.#text(FUNCTION.overload, definition.overload, rest);
    this.#properties(FUNCTION.metadataProps, definition.metadataProps, rest);
    rest.end();
    writer.end(mark);
  }

  /** Functions have no initializers: constants that passes gave the graph become Constant nodes. */
  #constant(field: number, { name, tensor }: Value): void {
    if (tensor === undefined) return;
    const writer = this.#writer;
    const node = writer.begin(field);
    writer.text(NODE.output, name);
    writer.text(NODE.opType, 'Constant');
    writeAttribute(writer, NODE.attribute, 'value', { kind: 'tensor', value: tensor }, this.#parts);
    writer.end(node);
  }

  #tensor(field: number, tensor: Tensor, name: string | undefined): void {
    tensor.write(this.#writer, field, name, this.#options.place?.(tensor));
  }

  #info(
    field: number,
    value: Value,
    source: ValueInfo | undefined,
    metadataProps = value.touchedMetadata,
  ): void {
    const isUntouched = source !== undefined && metadataProps === undefined && !source.isRetyped;
    if (isUntouched && source.name === value.name && (source.hasType || value.type === undefined))
      this.#writer.bytes(field, source.encoded());
    else ValueInfo.write(this.#writer, field, { name: value.name, type: value.type, metadataProps }, source);
  }

  /** An output the file described twice, or that a graph around this one describes too, keeps the second description. */
  #outputInfo(value: Value, graph: Graph): void {
    const second = graph.outerOutputInfos.get(value) ?? value.outputInfo;
    if (second === undefined) this.#info(GRAPH.output, value, value.info);
    else this.#info(GRAPH.output, value, second, second.metadataProps());
  }

  /** A text that is empty is only written where the file has it so, and not after one that is not. */
  #text(field: number, text: string, rest: RemainderWriter | undefined): void {
    const fromFile = rest?.take(field) ?? [];
    if (text !== '') this.#writer.text(field, text);
    for (const { bytes } of fromFile) if (text === '' || !isEmptyText(bytes)) this.#writer.append(bytes);
  }

  #properties(
    field: number,
    properties: ReadonlyMap<string, string>,
    rest: RemainderWriter | undefined,
  ): void {
    writeProperties(this.#writer, field, properties, rest?.take(field) ?? []);
  }

  #opsets(field: number, opsets: ReadonlyMap<string, number>, rest: RemainderWriter): void {
    const writer = this.#writer;
    const source = rest.take(field);
    const before = readOpsets(source);
    const isSame =
      before.size === opsets.size && [...opsets].every(([d, version]) => before.get(d) === version);
    if (isSame) {
      for (const { bytes } of source) writer.append(bytes);
      return;
    }
    for (const [domain, version] of opsets) {
      const entry = source.find((candidate) => readOpsets([candidate]).get(domain) === version);
      if (entry !== undefined) {
        writer.append(entry.bytes);
        continue;
      }
      const mark = writer.begin(field);
      writer.text(1, canonicalDomain(domain));
      writer.integer(2, version);
      writer.end(mark);
    }
  }
}

/** Values to describe besides inputs and outputs: those the file described, then typed ones that passes have made. */
export function describedValues(graph: Graph): Value[] {
  const outputs = new Set(graph.outputs);
  const fromFile = graph.valueInfoOrder.filter(
    (value) => isDefinedIn(graph, value) && (!outputs.has(value) || value.outputInfo !== undefined),
  );
  const described = new Set(fromFile);
  for (const value of graph.inputs) described.add(value);
  for (const value of graph.outputs) described.add(value);
  const made: Value[] = [];
  for (const node of graph.nodes()) {
    for (const output of node.outputs) {
      if (output.name !== '' && !described.has(output) && canDescribe(output)) made.push(output);
    }
  }
  return fromFile.concat(made);
}

function canDescribe({ type }: Value): boolean {
  return type !== undefined && writeType(type) !== undefined;
}

function isDefinedIn(graph: Graph, value: Value): boolean {
  if (value.producer !== null) return value.producer.graph === graph;
  return value.tensor === undefined || graph.initializers.has(value);
}

function sparseMessage({ value, message }: SparseInitializer): SparseTensorProto {
  if ((message.values?.name ?? '') === value.name) return message;
  const copy = (source: object | undefined) => Object.assign(Object.create(null), source, unknownsOf(source));
  return Object.assign(copy(message), { values: Object.assign(copy(message.values), { name: value.name }) });
}

function unknownsOf(message: object | undefined): object {
  const unknowns = message && Object.getOwnPropertyDescriptor(message, '$unknowns')?.value;
  return unknowns === undefined ? {} : { $unknowns: unknowns };
}
