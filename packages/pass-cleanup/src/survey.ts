import {
  constantTensor,
  type DataType,
  type Graph,
  isTensorType,
  type Model,
  mentionedNames,
  type Node,
  type Shape,
  type Tensor,
  type Value,
} from '@sentei/ir';

/** What the rules may take for granted about a model, however they change it: taken once for all of them. */
export interface Survey {
  readonly model: Model;
  /** Opset version of the standard operators in a graph; functions have versions of their own. */
  opset(graph: Graph): number;
  /** Element type of a value; `undefined` where it is unknown or there is no value. */
  elementType(value: Value | undefined): DataType | undefined;
  /** Shape of a value; `undefined` where its rank is unknown or there is no value. */
  shape(value: Value | undefined): Shape | undefined;
  /** Whether something besides nodes and graph outputs mentions the value by name, so that it has to stay. */
  isPinned(value: Value): boolean;
  /** Whether the value is an input of its graph, an initializer with a place among the inputs included. */
  isInput(value: Value): boolean;
  /** The same as `isPinned` for any name. */
  mentions(name: string): boolean;
  /** Whether a graph may hold new initializers: functions have none, and before IR version 4 they had to be inputs. */
  holdsInitializers(graph: Graph): boolean;
  /** Small constants made or found so far, by their content; for `makeConstant`. */
  readonly constants: Map<string, Value>;
}

/** Collects what rules ask about a model; out of date as soon as the model changes. Linear in its size. */
export function takeSurvey(model: Model): Survey {
  const pinned = mentionedNames(model);
  const functionOpsets = new Map(
    model.functions.map(({ graph, opsetImports }) => [graph, opsetImports.get('') ?? model.opset]),
  );
  const inputs = new Set<Value>();
  for (const graph of model.graphs()) for (const input of graph.inputs) inputs.add(input);
  return {
    model,
    constants: smallConstants(model),
    isInput: (value) => inputs.has(value),
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

/** Bytes up to which a constant is looked up by its content. */
const SMALL = 64;

/** Text that only constants of the same type, shape and bytes share; `undefined` for large ones. */
export function smallConstantKey(tensor: Tensor): string | undefined {
  const { byteLength, external, dataType, dims } = tensor;
  if (byteLength === 0 || byteLength > SMALL || external !== undefined) return undefined;
  return `${dataType}[${dims}]${tensor.bytes()}`;
}

function smallConstants(model: Model): Map<string, Value> {
  const constants = new Map<string, Value>();
  for (const value of model.graph.initializers) {
    const key = value.tensor && smallConstantKey(value.tensor);
    if (key !== undefined && !value.overridable && value.outputOf.size === 0 && !constants.has(key))
      constants.set(key, value);
  }
  return constants;
}
