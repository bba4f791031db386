import {
  constantTensor,
  type DataType,
  type Graph,
  isTensorType,
  type Model,
  mentionedNames,
  type Node,
  type Shape,
  type Value,
} from '@sentei/ir';

/** What the rules may take for granted about a model. Taken anew for every rule, since rules change the graph. */
export interface Survey {
  readonly model: Model;
  /** Opset version of the standard operators in a graph; functions have versions of their own. */
  opset(graph: Graph): number;
  elementType(value: Value | undefined): DataType | undefined;
  shape(value: Value | undefined): Shape | undefined;
  /** Whether something besides nodes and graph outputs mentions the value by name, so that it has to stay. */
  isPinned(value: Value): boolean;
  /** The same for any name. */
  mentions(name: string): boolean;
  /** Whether a graph may hold new initializers: functions have none, and before IR version 4 they had to be inputs. */
  holdsInitializers(graph: Graph): boolean;
}

export function takeSurvey(model: Model): Survey {
  const pinned = mentionedNames(model);
  const functionOpsets = new Map(
    model.functions.map(({ graph, opsetImports }) => [graph, opsetImports.get('') ?? model.opset]),
  );
  return {
    model,
    opset: (graph) => functionOpsets.get(graph.root) ?? model.opset,
    elementType: declaredElementType,
    shape: declaredShape,
    isPinned: (value) => pinned.has(value.name),
    mentions: (name) => pinned.has(name),
    holdsInitializers: (graph) => graph === model.graph && model.irVersion >= 4,
  };
}

/**
 * Nodes whose meaning the rules know in full: standard operators, in every graph, without attributes that a function
 * takes from its caller.
 */
export function* plainNodes(model: Model): Generator<Node> {
  for (const graph of model.graphs()) {
    for (const node of graph.nodes()) if (isPlain(node)) yield node;
  }
}

export function isPlain(node: Node): boolean {
  return node.is(node.opType) && [...node.attributes.values()].every(({ kind }) => kind !== 'other');
}

/** Whether a model redefines standard operators by functions of its own, so that their names say nothing. */
export function redefinesOperators(model: Model): boolean {
  return model.functions.some(({ domain }) => domain === '' || domain === 'ai.onnx');
}

function declaredElementType(value: Value | undefined): DataType | undefined {
  if (value === undefined) return undefined;
  const tensor = value.tensor ?? constantTensor(value);
  if (tensor !== undefined) return tensor.dataType;
  const type = value.type?.kind === 'tensor' && isTensorType(value.type) ? value.type.elementType : undefined;
  return type === 'undefined' ? undefined : type;
}

function declaredShape(value: Value | undefined): Shape | undefined {
  return value === undefined ? undefined : (constantTensor(value)?.dims ?? value.shape);
}
