import {
  type FunctionDefinition,
  type GivenInput,
  type Graph,
  inferTypes,
  type Model,
  type Node,
  type TypeTable,
} from '@sentei/ir';
import { attentionCosts, microsoftAttentionCosts } from './attention-cost.ts';
import { convolutionCosts, microsoftConvolutionCosts } from './convolution-cost.ts';
import { countTrips } from './count-trips.ts';
import { matrixCosts, microsoftMatrixCosts } from './matrix-cost.ts';
import { movedBytes } from './moved-bytes.ts';
import { type CostRules, Operation, UnknownSize } from './operation.ts';
import { microsoftPointwiseCosts, pointwiseCosts, WITHOUT_ARITHMETIC } from './pointwise-cost.ts';
import { recurrentCosts } from './recurrent-cost.ts';

/** Bounds of a number; `most` is `null` where there is none. */
export interface Bounds {
  readonly least: number;
  readonly most: number | null;
}

/** One node in one run of the graph that holds it. */
export interface NodeCost {
  readonly node: Node;
  /** Floating-point operations. */
  readonly flops: number;
  /** What it reads and writes, `null` where that is not known. */
  readonly bytes: number | null;
  /** How often it runs: 0 or 1 in a branch that a run decides on, more in loops and functions. */
  readonly runs: Bounds;
}

/** The work of one run of a model. */
export interface FlopCount {
  /** Floating-point operations: a multiplication with an addition counts as two. */
  readonly flops: Bounds;
  /**
   * Bytes that nodes read and write, each on its own: an upper bound of the traffic, since a runtime fuses nodes and keeps
   * values in caches. Nodes of unknown sizes are left out.
   */
  readonly bytes: number;
  /** Nodes with a known cost above 0. */
  readonly nodes: readonly NodeCost[];
  /** Nodes that are not counted: of operators without a rule, or of sizes that only a run tells. */
  readonly unknown: readonly { readonly node: Node; readonly reason: string }[];
}

const RULES: ReadonlyMap<string, CostRules> = new Map([
  ['', { ...matrixCosts, ...convolutionCosts, ...attentionCosts, ...recurrentCosts, ...pointwiseCosts }],
  [
    'com.microsoft',
    {
      ...microsoftMatrixCosts,
      ...microsoftConvolutionCosts,
      ...microsoftAttentionCosts,
      ...microsoftPointwiseCosts,
    },
  ],
]);

const DEEPEST = 100;

/**
 * Counts the floating-point operations of one run, node by node, from shapes alone. Comparisons, selections, moves and
 * arithmetic on integers count nothing, except products of quantized matrices. An `If` counts the branch it takes where the
 * given inputs tell which, else the cheaper one at least and the dearer one at most; a `Loop` counts as often as it is known
 * to run.
 *
 * @param inputs sizes of the inputs of the run, and the elements of small integer and bool ones such as gates
 */
export function countFlops(model: Model, inputs: Readonly<Record<string, GivenInput>> = {}): FlopCount {
  return new Count(model, inferTypes(model, inputs)).run();
}

const NOTHING: Bounds = { least: 0, most: 0 };
const ONCE: Bounds = { least: 1, most: 1 };

const add = (a: Bounds, b: Bounds): Bounds => ({
  least: a.least + b.least,
  most: a.most === null || b.most === null ? null : a.most + b.most,
});

const multiply = (a: Bounds, b: Bounds): Bounds => ({
  least: a.least * b.least,
  most: a.most === 0 || b.most === 0 ? 0 : a.most === null || b.most === null ? null : a.most * b.most,
});

const either = (a: Bounds, b: Bounds): Bounds => ({
  least: Math.min(a.least, b.least),
  most: a.most === null || b.most === null ? null : Math.max(a.most, b.most),
});

class Count {
  readonly #model: Model;
  readonly #table: TypeTable;
  readonly #nodes = new Map<Node, NodeCost>();
  readonly #unknown = new Map<Node, string>();
  readonly #functions: ReadonlyMap<string, FunctionDefinition>;
  #bytes = 0;
  #depth = 0;

  constructor(model: Model, table: TypeTable) {
    this.#model = model;
    this.#table = table;
    this.#functions = new Map(
      model.functions.map((definition) => [
        keyOf(definition.domain, definition.name, definition.overload),
        definition,
      ]),
    );
  }

  run(): FlopCount {
    const flops = this.#graph(this.#model.graph, ONCE);
    return {
      flops,
      bytes: this.#bytes,
      nodes: [...this.#nodes.values()].filter((cost) => cost.flops > 0),
      unknown: [...this.#unknown].map(([node, reason]) => ({ node, reason })),
    };
  }

  #graph(graph: Graph, runs: Bounds): Bounds {
    if (this.#depth >= DEEPEST) return { least: 0, most: null };
    this.#depth += 1;
    let total = NOTHING;
    for (const node of graph.nodes()) total = add(total, this.#node(node, runs));
    this.#depth -= 1;
    return total;
  }

  #node(node: Node, runs: Bounds): Bounds {
    const domain = node.domain === 'ai.onnx' ? '' : node.domain;
    const definition = this.#functions.get(keyOf(domain, node.opType, node.overload));
    if (definition !== undefined) return this.#graph(definition.graph, runs);
    if (domain === '' && node.is('If')) return this.#branches(node, runs);
    if (node.subgraphs().length > 0) return this.#repeat(node, domain, runs);
    const operation = new Operation(node, this.#table);
    try {
      const flops = flopsOf(operation, domain);
      this.#note(operation, flops, runs);
      return { least: flops, most: flops };
    } catch (error) {
      if (!(error instanceof UnknownSize)) throw error;
      this.#unknown.set(node, error.message);
      return { least: 0, most: null };
    }
  }

  #branches(node: Node, runs: Bounds): Bounds {
    const condition = new Operation(node, this.#table).integer(0);
    const [whenTrue, whenFalse] = [node.subgraph('then_branch'), node.subgraph('else_branch')];
    if (whenTrue === undefined || whenFalse === undefined) return NOTHING;
    if (condition !== undefined) return this.#graph(condition === 0 ? whenFalse : whenTrue, runs);
    const perhaps = { least: 0, most: runs.most };
    return either(this.#graph(whenTrue, perhaps), this.#graph(whenFalse, perhaps));
  }

  #repeat(node: Node, domain: string, runs: Bounds): Bounds {
    const operation = new Operation(node, this.#table);
    const trips = domain === '' ? countTrips(operation) : undefined;
    if (trips === undefined || trips.most === null) {
      const reason =
        trips === undefined ? 'its graphs run as it pleases' : 'how often it runs is only known in a run';
      this.#unknown.set(node, reason);
    }
    const bounds = trips ?? { least: 0, most: null };
    return node
      .subgraphs()
      .map((graph) => multiply(this.#graph(graph, multiply(runs, bounds)), bounds))
      .reduce(add, NOTHING);
  }

  #note(operation: Operation, flops: number, runs: Bounds): void {
    const bytes = movedBytes(operation);
    if (bytes !== null) this.#bytes += bytes * runs.least;
    const { node } = operation;
    const before = this.#nodes.get(node);
    // A function's nodes run in each of its calls.
    this.#nodes.set(node, { node, flops, bytes, runs: before ? add(before.runs, runs) : runs });
  }
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain === 'ai.onnx' ? '' : domain, name, overload]);
}

function flopsOf(operation: Operation, domain: string): number {
  const { node } = operation;
  if (domain === '' && WITHOUT_ARITHMETIC.has(node.opType)) return 0;
  const rules = RULES.get(domain) ?? {};
  const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
  if (rule === undefined) operation.fail(`no rule for ${domain === '' ? '' : `${domain}.`}${node.opType}`);
  for (const attribute of node.attributes.values()) {
    const isReference = attribute.kind === 'other' && Boolean(attribute.message.refAttrName);
    if (isReference) operation.fail('its attributes are those of a call');
  }
  return rule(operation);
}
