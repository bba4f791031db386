import type { ValueInfoProto } from '../codec/messages.ts';
import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import { Graph } from '../graph/graph.ts';
import { Node } from '../graph/node.ts';
import { Value } from '../graph/value.ts';
import { documented, infoOf } from './carried.ts';
import type { AttributeSyntax, GraphSyntax, NodeSyntax } from './syntax.ts';

/** Names visible at one place: those of a graph, then those of the graphs around it. */
class Scope {
  readonly #values = new Map<string, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  own(name: string): Value | undefined {
    return this.#values.get(name);
  }

  find(name: string): Value | undefined {
    return this.#values.get(name) ?? this.#outer?.find(name);
  }

  /** The value of that name; one that nothing defines is made up, for the verifier to report. */
  resolve(name: string): Value {
    const known = this.find(name);
    if (known !== undefined) return known;
    return this.define(new Value(name));
  }

  define(value: Value): Value {
    this.#values.set(value.name, value);
    return value;
  }
}

/**
 * Makes a graph of its syntax: names become values by the scopes of ONNX, as when a file is read.
 *
 * @param inputsOverride whether an initializer that is an input too is a default that callers may override (IR version 4 on)
 * @throws SenteiError `invalid-graph` when a node has two attributes of one name
 */
export function buildGraph(syntax: GraphSyntax, inputsOverride: boolean): Graph {
  return build(syntax, undefined, inputsOverride);
}

function build(syntax: GraphSyntax, outer: Scope | undefined, inputsOverride: boolean): Graph {
  const scope = new Scope(outer);
  const inputs = syntax.inputs.map((info) =>
    scope.define(syntax.isFunction ? new Value(info.name ?? '') : describedValue(info)),
  );
  const graph = new Graph(syntax.name, inputs);
  const isInput = new Set(inputs);
  const claimed = new Set<Value>();
  const constant = (name: string): Value => {
    const input = scope.own(name);
    const isFree = input !== undefined && isInput.has(input) && !claimed.has(input);
    const value = isFree ? input : scope.define(new Value(name));
    claimed.add(value);
    return value;
  };
  for (const { name, tensor } of syntax.initializers) {
    const value = constant(name);
    value.tensor = tensor;
    value.overridable = isInput.has(value) && inputsOverride;
    graph.initializers.add(value);
  }
  for (const message of syntax.sparse) {
    graph.sparseInitializers.push({ value: constant(message.values?.name ?? ''), message });
  }
  buildNodes(syntax.nodes, graph, scope, inputsOverride);
  describe(graph, scope, syntax.infos);
  graph.setOutputs(
    syntax.outputs.map((info) =>
      syntax.isFunction ? outputNamed(info, scope) : outputOf(info, scope, graph),
    ),
  );
  graph.metadataProps = new Map(syntax.metadataProps);
  graph.remainder = syntax.remainder;
  if (syntax.docString !== undefined) graph.docString = syntax.docString;
  return graph;
}

/** Nodes come first and what they read after, so that they may stand in any order. */
function buildNodes(nodes: readonly NodeSyntax[], graph: Graph, scope: Scope, inputsOverride: boolean): void {
  const created = nodes.map((syntax) => {
    const outputs = syntax.outputs.map((name) =>
      name === '' ? new Value('') : scope.define(new Value(name)),
    );
    const { domain, overload, name } = syntax;
    const node = graph.append(new Node(syntax.opType, [], outputs, { domain, overload, name }));
    if (syntax.metadataProps.size > 0) node.metadataProps = new Map(syntax.metadataProps);
    node.remainder = syntax.remainder;
    if (syntax.docString !== undefined) node.docString = syntax.docString;
    return { node, syntax };
  });
  for (const { node, syntax } of created) {
    node.setInputs(syntax.inputs.map((name) => (name === '' ? null : scope.resolve(name))));
    for (const attribute of syntax.attributes) {
      if (node.attributes.has(attribute.name)) {
        throw new SenteiError('invalid-graph', `${node} has two attributes named '${attribute.name}'`, {
          subject: `${node}`,
        });
      }
      node.setAttribute(attribute.name, makeAttribute(attribute, scope, inputsOverride));
    }
  }
}

/** An attribute outside of any graph: a default value of a function. */
export function buildAttribute(syntax: AttributeSyntax, inputsOverride: boolean): Attribute {
  return makeAttribute(syntax, new Scope(undefined), inputsOverride);
}

function makeAttribute(syntax: AttributeSyntax, scope: Scope, inputsOverride: boolean): Attribute {
  if ('attribute' in syntax) return syntax.attribute;
  const { name, kind, docString } = syntax;
  const graphs = syntax.graphs.map((graph) => build(graph, scope, inputsOverride));
  const [first] = graphs;
  if (kind === 'graph' && first !== undefined)
    return { kind, value: first, ...documented(name, 5, docString) };
  return { kind: 'graphs', value: graphs, ...documented(name, 10, docString) };
}

function describe(graph: Graph, scope: Scope, infos: readonly ValueInfoProto[]): void {
  for (const info of infos) {
    const known = scope.own(info.name ?? '');
    const isFree = known !== undefined && known.info === undefined;
    const value = isFree ? known : describedValue(info);
    if (isFree) value.describe(infoOf(info));
    graph.valueInfoOrder.push(value);
  }
}

function describedValue(info: ValueInfoProto): Value {
  const value = new Value(info.name ?? '');
  value.describe(infoOf(info));
  return value;
}

function outputNamed({ name = '' }: ValueInfoProto, scope: Scope): Value {
  return scope.find(name) ?? new Value(name);
}

function outputOf(info: ValueInfoProto, scope: Scope, graph: Graph): Value {
  const name = info.name ?? '';
  const own = scope.own(name);
  const value = own ?? scope.find(name) ?? new Value(name);
  if (own === undefined) graph.outerOutputInfos.set(value, infoOf(info));
  else value.describe(infoOf(info));
  return value;
}
