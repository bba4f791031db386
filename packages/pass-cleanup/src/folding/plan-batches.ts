import {
  bitsPerElement,
  constantTensor,
  Graph,
  inferTypes,
  isTensorType,
  Model,
  Node,
  type Tensor,
  type TypeTable,
  Value,
} from '@sentei/ir';
import { isRandom } from '../duplicates/node-key.ts';
import { isPlain, type Survey } from '../survey.ts';
import { sizeOf } from './broadcast.ts';
import type { Result } from './select.ts';

/** Constants beyond this size are not handed to an executor. */
const LARGEST_OPERAND = 2 ** 26;

/** Initializers without a place among the inputs came with IR version 4; the runtimes of today take 10. */
const [OLDEST_IR, NEWEST_IR] = [4, 10];

/** Runtimes look for these around weights; without them a quantized model is not seen as one. */
const QUANTIZATION = new Set(['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear']);

/** Constant subgraphs that share an opset, as one model without inputs. */
export interface Batch {
  /** Computes every result; its graph has no outputs yet. */
  readonly model: Model;
  /** What inference says about each value that the batch can compute, in order. */
  readonly results: ReadonlyMap<Value, Result>;
  /** The value of the batch's own model for each of `results`. */
  readonly copies: ReadonlyMap<Value, Value>;
}

/**
 * Collects nodes that an executor can compute because everything they read is the same in every run: standard,
 * deterministic operators with one output whose size is known and within `limit` bytes.
 *
 * @param known what has been computed without an executor
 * @param failed values that an executor has refused
 */
export function planBatches(
  known: ReadonlyMap<Value, Result>,
  failed: ReadonlySet<Value>,
  survey: Survey,
  limit: number,
): Batch[] {
  const drafts = new Map<Graph, Draft>();
  for (const graph of survey.model.graphs()) {
    for (const node of graph.nodes()) {
      const [output] = node.outputs;
      if (output === undefined || known.has(output) || failed.has(output) || !isComputable(node)) continue;
      const draft = drafts.get(graph.root) ?? new Draft(known);
      if (draft.add(node, output)) drafts.set(graph.root, draft);
    }
  }
  return [...drafts].map(([root, draft]) => draft.finish(survey, survey.opset(root), limit));
}

function isComputable(node: Node): boolean {
  if (node.outputs.length !== 1 || node.outputs[0]?.name === '' || node.inputs.length === 0) return false;
  if (!isPlain(node) || isRandom(node) || QUANTIZATION.has(node.opType)) return false;
  for (const _ of node.subgraphs()) return false;
  return true;
}

/** The graph of one batch while it is being collected. */
class Draft {
  readonly #known: ReadonlyMap<Value, Result>;
  readonly #graph = new Graph('constants');
  readonly #copies = new Map<Value, Value>();
  readonly #sources: (readonly [Value, Node])[] = [];

  constructor(known: ReadonlyMap<Value, Result>) {
    this.#known = known;
  }

  /** Copies a node whose inputs are all constant, and says whether they are. */
  add(node: Node, output: Value): boolean {
    const isReady = (value: Value | null) =>
      value === null || this.#copies.has(value) || this.#constant(value) !== undefined;
    if (!node.inputs.every(isReady)) return false;
    const inputs = node.inputs.map((value) => value && this.#copyOf(value));
    const copy = new Value(`v${this.#copies.size}`);
    this.#copies.set(output, copy);
    this.#graph.append(new Node(node.opType, inputs, [copy], { attributes: node.attributes }));
    this.#sources.push([output, node]);
    return true;
  }

  finish({ model }: Survey, opset: number, limit: number): Batch {
    const irVersion = Math.min(Math.max(model.irVersion, OLDEST_IR), NEWEST_IR);
    const batch = new Model(this.#graph, [['', opset]], irVersion);
    const table = inferTypes(batch);
    const results = new Map<Value, Result>();
    const isBounded = (value: Value | null) =>
      value === null || results.has(value) || this.#constant(value) !== undefined;
    for (const [output, node] of this.#sources) {
      const copy = this.#copies.get(output);
      const result = copy && staticResult(copy, table);
      // What reads something too large is not computed either, since that would have to be computed first.
      if (result !== undefined && result.byteLength <= limit && node.inputs.every(isBounded))
        results.set(output, result);
    }
    return { model: batch, results, copies: this.#copies };
  }

  #constant(value: Value): Tensor | undefined {
    const tensor = constantTensor(value) ?? this.#known.get(value)?.tensor;
    return tensor !== undefined && tensor.byteLength <= LARGEST_OPERAND ? tensor : undefined;
  }

  #copyOf(value: Value): Value {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const copy = new Value(`v${this.#copies.size}`);
    const tensor = this.#constant(value);
    if (tensor !== undefined) this.#graph.addInitializer(copy, tensor);
    this.#copies.set(value, copy);
    return copy;
  }
}

function staticResult(value: Value, table: TypeTable): Result | undefined {
  const type = table.typeOf(value);
  if (!isTensorType(type) || type.kind !== 'tensor' || type.shape === undefined) return undefined;
  const bits = bitsPerElement(type.elementType);
  const dims = type.shape.filter((dim) => typeof dim === 'number');
  if (bits === undefined || dims.length !== type.shape.length) return undefined;
  return { dataType: type.elementType, dims, byteLength: Math.ceil((sizeOf(dims) * bits) / 8) };
}
