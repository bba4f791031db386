import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import { externalRange } from '../graph/external-data.ts';
import { Graph } from '../graph/graph.ts';
import { canonicalDomain, type FunctionDefinition, Model } from '../graph/model.ts';
import { Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { Value } from '../graph/value.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  TensorProto,
  ValueInfoProto,
} from './messages.ts';
import { copyMessage, decodeModel, ownField, toProperties, without } from './wire.ts';

/** Versions of the ONNX intermediate representation that can be read. */
export const IR_VERSIONS = { min: 1, max: 14 } as const;
/** Opset versions of the standard operators that can be read. */
export const OPSET_VERSIONS = { min: 1, max: 28 } as const;

export interface ReadOptions {
  /** Folder that external data is relative to. */
  readonly folder?: string;
}

/**
 * Reads a model from the bytes of an ONNX file. Weights stay views of `bytes`.
 *
 * @throws SenteiError `not-onnx`, `unsupported-ir-version`, `unsupported-opset`, `invalid-graph`, `external-data`
 */
export function readModelBytes(bytes: Uint8Array, options: ReadOptions = {}): Model {
  return modelFromMessage(decodeModel(bytes), options);
}

/** Builds a model from a decoded message; the message is taken over and must not be used any more. */
export function modelFromMessage(message: ModelProto, options: ReadOptions = {}): Model {
  const irVersion = Number(message.irVersion);
  if (irVersion < IR_VERSIONS.min || irVersion > IR_VERSIONS.max) {
    throw new SenteiError('unsupported-ir-version', `IR version ${message.irVersion} is out of range`, {
      hint: `IR versions ${IR_VERSIONS.min} to ${IR_VERSIONS.max} can be read`,
    });
  }
  const opsets = readOpsets(message.opsetImport ?? []);
  const version = opsets.get('');
  if (version !== undefined && (version < OPSET_VERSIONS.min || version > OPSET_VERSIONS.max)) {
    throw new SenteiError('unsupported-opset', `opset ${version} is out of range`, {
      hint: `opsets ${OPSET_VERSIONS.min} to ${OPSET_VERSIONS.max} of the standard domain can be read`,
    });
  }
  const reader = new GraphReader(options.folder, irVersion >= 4);
  const model = new Model(reader.graph(message.graph ?? {}, undefined), opsets, irVersion);
  model.functions = (message.functions ?? []).map((definition) => reader.function(definition));
  model.metadataProps = toProperties(message.metadataProps);
  model.folder = options.folder;
  const rest = copyMessage(message);
  delete rest.graph;
  delete rest.functions;
  model.message = rest;
  return model;
}

export function readOpsets(entries: readonly OperatorSetIdProto[]): Map<string, number> {
  return new Map(entries.map((entry) => [canonicalDomain(entry.domain ?? ''), Number(entry.version ?? 0)]));
}

/** Names visible at one place: those of a graph, then those of the graphs around it. */
class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  find(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#outer?.find(name);
  }

  own(name: string): Value | undefined {
    return this.#values.get(name);
  }

  define(value: Value): void {
    this.#values.set(value.name, value);
  }
}

class GraphReader {
  readonly #folder: string | undefined;
  /** Before IR version 4 every initializer had to be an input, and none was meant to be overridden. */
  readonly #inputsOverride: boolean;

  constructor(folder: string | undefined, inputsOverride: boolean) {
    this.#folder = folder;
    this.#inputsOverride = inputsOverride;
  }

  graph(message: GraphProto, outer: Scope | undefined): Graph {
    const scope = new Scope(outer);
    const inputs = (message.input ?? []).map((info) => {
      const value = describedValue(info);
      scope.define(value);
      return value;
    });
    const graph = new Graph(message.name ?? '', inputs);
    for (const tensor of message.initializer ?? []) {
      const name = tensor.name ?? '';
      const input = inputWithoutDefault(graph, scope.own(name));
      const value = input ?? new Value(name);
      value.overridable = input !== undefined && this.#inputsOverride;
      scope.define(value);
      value.tensor = this.#tensor(tensor);
      graph.initializers.add(value);
    }
    for (const sparse of message.sparseInitializer ?? []) {
      const name = sparse.values?.name ?? '';
      const value = inputWithoutDefault(graph, scope.own(name)) ?? new Value(name);
      scope.define(value);
      graph.sparseInitializers.push({ value, message: sparse });
    }
    this.#nodes(message.node ?? [], graph, scope);
    this.#describe(graph, scope, message.valueInfo ?? []);
    graph.setOutputs((message.output ?? []).map((info) => outputOf(info, scope, graph)));
    graph.metadataProps = toProperties(message.metadataProps);
    const rest = copyMessage(message);
    for (const key of ['node', 'initializer', 'sparseInitializer', 'input', 'output', 'valueInfo'] as const)
      delete rest[key];
    graph.message = rest;
    return graph;
  }

  function(message: FunctionProto): FunctionDefinition {
    const scope = new Scope(undefined);
    const inputs = (message.input ?? []).map((name) => new Value(name));
    for (const value of inputs) scope.define(value);
    const graph = new Graph(message.name ?? '', inputs);
    this.#nodes(message.node ?? [], graph, scope);
    this.#describe(graph, scope, message.valueInfo ?? []);
    graph.setOutputs((message.output ?? []).map((name) => scope.find(name) ?? new Value(name)));
    return {
      domain: message.domain ?? '',
      name: message.name ?? '',
      overload: message.overload ?? '',
      graph,
      opsetImports: readOpsets(message.opsetImport ?? []),
      attributeDefaults: message.attributeProto ?? [],
      message: copyMessage(message),
    };
  }

  /** Nodes may come in any order here; values that are read before they are defined are reported by the verifier. */
  #nodes(messages: readonly NodeProto[], graph: Graph, scope: Scope): void {
    const created = messages.map((message) => {
      const outputs = (message.output ?? []).map((name) => {
        const value = new Value(name);
        if (name !== '') scope.define(value);
        return value;
      });
      const node = new Node(message.opType ?? '', [], outputs, {
        domain: message.domain ?? '',
        overload: message.overload ?? '',
        name: message.name ?? '',
      });
      node.metadataProps = toProperties(message.metadataProps);
      graph.append(node);
      return { node, message };
    });
    for (const { node, message } of created) {
      node.setInputs((message.input ?? []).map((name) => (name === '' ? null : resolve(name, scope))));
      for (const attribute of message.attribute ?? []) {
        const name = attribute.name ?? '';
        if (node.attributes.has(name)) {
          throw new SenteiError('invalid-graph', `${node} has two attributes named '${name}'`, {
            subject: `${node}`,
            hint: 'the model breaks a rule of the ONNX specification; onnx.checker tells more',
          });
        }
        node.setAttribute(name, this.#attribute(attribute, scope));
      }
      const rest = copyMessage(message);
      delete rest.input;
      delete rest.output;
      delete rest.attribute;
      node.message = rest;
    }
  }

  #describe(graph: Graph, scope: Scope, infos: readonly ValueInfoProto[]): void {
    for (const info of infos) {
      const known = scope.own(info.name ?? '');
      const value = known === undefined || known.info !== undefined ? describedValue(info) : known;
      value.info ??= info;
      value.metadataProps = toProperties(info.metadataProps);
      graph.valueInfoOrder.push(value);
    }
  }

  #attribute(message: AttributeProto, scope: Scope): Attribute {
    if (message.refAttrName) return { kind: 'other', message };
    switch (attributeType(message)) {
      case 1:
        return { kind: 'float', value: message.f ?? 0, message };
      case 2:
        return { kind: 'int', value: BigInt((message.i ?? 0).toString()), message };
      case 3:
        return { kind: 'string', value: ownField(message, 's') ?? new Uint8Array(), message };
      case 4:
        return { kind: 'tensor', value: this.#tensor(message.t ?? {}), message };
      case 5:
        return { kind: 'graph', value: this.graph(message.g ?? {}, scope), message: without(message, 'g') };
      case 6:
        return { kind: 'floats', value: message.floats ?? [], message };
      case 7:
        return { kind: 'ints', value: (message.ints ?? []).map((i) => BigInt(i.toString())), message };
      case 8:
        return { kind: 'strings', value: message.strings ?? [], message };
      case 9:
        return { kind: 'tensors', value: (message.tensors ?? []).map((t) => this.#tensor(t)), message };
      case 10: {
        const graphs = (message.graphs ?? []).map((graph) => this.graph(graph, scope));
        return { kind: 'graphs', value: graphs, message: without(message, 'graphs') };
      }
      default:
        return { kind: 'other', message };
    }
  }

  #tensor(message: TensorProto): Tensor {
    return Tensor.fromMessage(message, externalRange(message, this.#folder));
  }
}

function resolve(name: string, scope: Scope): Value {
  const value = scope.find(name);
  if (value !== undefined) return value;
  const unknown = new Value(name);
  scope.define(unknown);
  return unknown;
}

function describedValue(info: ValueInfoProto): Value {
  const value = new Value(info.name ?? '');
  value.info = info;
  value.metadataProps = toProperties(info.metadataProps);
  return value;
}

/** The value an initializer gives a default to, unless another initializer already does. */
function inputWithoutDefault(graph: Graph, value: Value | undefined): Value | undefined {
  const taken = graph.sparseInitializers.some((sparse) => sparse.value === value);
  return value?.tensor === undefined && !taken ? value : undefined;
}

function outputOf(info: ValueInfoProto, scope: Scope, graph: Graph): Value {
  const name = info.name ?? '';
  const value = scope.own(name) ?? scope.find(name) ?? new Value(name);
  if (scope.own(name) === undefined) graph.outerOutputInfos.set(value, info);
  else if (value.info !== undefined) value.outputInfo = info;
  else {
    value.info = info;
    value.metadataProps = toProperties(info.metadataProps);
  }
  return value;
}

/** Files of IR version 1 and 2 may leave the type out: it then follows from the field that is set. */
function attributeType(message: AttributeProto): number {
  if (message.type) return message.type;
  const set = (key: keyof AttributeProto) => Object.hasOwn(message, key);
  const filled = (list: readonly unknown[] | undefined) => (list?.length ?? 0) > 0;
  if (set('f')) return 1;
  if (set('i')) return 2;
  if (set('s')) return 3;
  if (set('t')) return 4;
  if (set('g')) return 5;
  if (filled(message.floats)) return 6;
  if (filled(message.ints)) return 7;
  if (filled(message.strings)) return 8;
  if (filled(message.tensors)) return 9;
  return filled(message.graphs) ? 10 : 0;
}
