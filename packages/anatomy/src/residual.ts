import type { Graph, Node, Value } from '@sentei/ir';
import { appliesWeights, type BranchFacts, type BranchKind, branchKind } from './branch-kind.ts';
import { DependenceSearch } from './dependence.ts';
import type { Norm } from './norm.ts';
import { NormIndex, type NormPlacement } from './norm-placement.ts';
import { leakProblem, shapeProblem } from './removability.ts';

/** A branch that is added to the residual stream it reads: output = input + branch, behind a norm if that is `post`. */
export interface SubBlock {
  readonly graph: Graph;
  readonly kind: BranchKind;
  readonly norm: NormPlacement;
  /** The stream before. */
  readonly input: Value;
  /** The stream after, of the same shape as `input`. */
  readonly output: Value;
  /** The Add, Sum or skip norm that joins the two. Of two parallel branches summed first, the sum of these. */
  readonly merge: Node;
  /** The operand of `merge` that goes when the sub-block is removed. */
  readonly branch: Value;
  /** The other operand, which is what is left of the sum then. A norm behind the sum stays. */
  readonly kept: Value;
  /** The nodes that have no use once the sub-block is removed, in graph order. */
  readonly nodes: readonly Node[];
}

/** A sum that looks like a residual merge and cannot be taken out. */
export interface SkippedMerge {
  readonly node: Node;
  readonly reason: string;
}

export interface ResidualFacts extends BranchFacts {
  readonly norms: readonly Norm[];
}

interface Merge {
  readonly node: Node;
  readonly sum: Value;
  readonly operands: readonly [Value, Value];
  readonly isSkipNorm: boolean;
}

export interface Residual {
  readonly input: Value;
  readonly branch: Value;
  /** What the branch is computed from: the input itself, or the same stream under earlier names. */
  readonly stream: ReadonlySet<Value>;
  /** From the stream to the branch value, in graph order. */
  readonly nodes: readonly Node[];
}

/** Finds the residual sub-blocks of one graph, in graph order, without looking into its subgraphs. */
export function findResiduals(
  graph: Graph,
  facts: ResidualFacts,
): { subBlocks: SubBlock[]; skipped: SkippedMerge[] } {
  const finder = new ResidualFinder(graph, facts);
  for (const node of graph.nodes()) finder.visit(node);
  return { subBlocks: finder.subBlocks, skipped: [...finder.skipped.values()] };
}

class ResidualFinder {
  readonly subBlocks: SubBlock[] = [];
  readonly skipped = new Map<Node, SkippedMerge>();
  readonly #facts: ResidualFacts;
  readonly #search: DependenceSearch;
  readonly #norms: NormIndex;
  readonly #residuals = new Map<Value, Residual>();
  readonly #projections = new Set<Node>();

  constructor(graph: Graph, facts: ResidualFacts) {
    this.#facts = facts;
    this.#search = new DependenceSearch(graph);
    this.#norms = new NormIndex(facts.norms);
  }

  visit(node: Node): void {
    const merge = this.#mergeOf(node);
    if (merge === undefined) return;
    const residual = this.#sequential(merge) ?? this.#parallel(merge);
    if (residual === undefined) {
      const passed = this.#projection(merge);
      if (passed === undefined) return;
      this.#skip(node, `the shortcut passes through ${passed}, so it is not the identity`);
      this.#projections.add(node);
      return;
    }
    // Sums within a branch, as of two parallel parts, are no shortcuts of their own.
    for (const inner of residual.nodes) if (this.#projections.delete(inner)) this.skipped.delete(inner);
    const norm = this.#placement(merge, residual);
    const after = norm === 'post' ? this.#norms.only(merge.sum) : undefined;
    const output = after?.output ?? merge.sum;
    this.#residuals.set(merge.sum, residual);
    const detour = [...residual.nodes, node, ...(after?.nodes ?? [])];
    for (const end of [...node.outputs, output]) this.#search.addDetour(end, residual.input, detour);
    const problem =
      shapeProblem(residual.input, residual.branch, output) ??
      leakProblem(residual, node, this.#search, this.#facts);
    if (problem !== undefined) this.#skip(node, problem);
    else {
      const whole = () => this.#subBlock(merge, residual, norm, output);
      this.subBlocks.push(...(this.#arms(residual, norm, output) ?? [whole()]));
    }
  }

  #skip(node: Node, reason: string): void {
    this.skipped.set(node, { node, reason });
  }

  #mergeOf(node: Node): Merge | undefined {
    const skipNorm = this.#norms.skipNorm(node);
    const [left, right] = skipNorm ? [skipNorm.input, skipNorm.added[0]] : [node.input(0), node.input(1)];
    const isSum = node.is('Add', 'Sum') && node.inputs.length === 2;
    const returned = skipNorm?.sum?.isUsed ? skipNorm.sum : node.output(0);
    if (!(isSum || skipNorm) || !left || !right || left === right || !returned) return undefined;
    if (this.#facts.constants.has(left) || this.#facts.constants.has(right)) return undefined;
    return { node, sum: returned, operands: [left, right], isSkipNorm: skipNorm !== undefined };
  }

  /** One operand is computed from the other. */
  #sequential(merge: Merge): Residual | undefined {
    const [a, b] = merge.operands;
    const [input, branch] = this.#search.position(a) <= this.#search.position(b) ? [a, b] : [b, a];
    const stream = this.#namesOf(input);
    const nodes = this.#weighted(stream, branch);
    return nodes && { input, branch, stream, nodes };
  }

  /** (x + f(x)) + g(x): one operand is a residual sum that nothing else reads, the other is computed from its stream. */
  #parallel(merge: Merge): Residual | undefined {
    const [a, b] = merge.operands;
    for (const [input, branch] of [[a, b] as const, [b, a] as const]) {
      const first = this.#residuals.get(input);
      if (first === undefined || input.soleConsumer() !== merge.node) continue;
      const nodes = this.#weighted(first.stream, branch);
      if (nodes !== undefined) return { input, branch, stream: first.stream, nodes };
    }
    return undefined;
  }

  #weighted(stream: ReadonlySet<Value>, branch: Value): Node[] | undefined {
    const nodes = this.#search.between(stream, branch);
    return nodes?.some((node) => appliesWeights(node, this.#facts)) ? nodes : undefined;
  }

  /** The node that gives one operand, when both operands are computed from one value and neither is that value. */
  #projection(merge: Merge): Node | undefined {
    const [a, b] = merge.operands;
    for (const [shortcut, branch] of [[a, b] as const, [b, a] as const]) {
      const origins = this.#projectedFrom(shortcut);
      if (origins.size > 0 && this.#weighted(origins, branch)) return this.#search.producer(shortcut);
    }
    return undefined;
  }

  /** The values behind weights or a pooling within four nodes that each read one computed value, such as a 1×1 Conv. */
  #projectedFrom(shortcut: Value): Set<Value> {
    const origins = new Set<Value>();
    let projects = false;
    let value = shortcut;
    for (let step = 0; step < 4; step++) {
      const node = this.#search.producer(value);
      const read = node && this.#search.dataReads(node).filter((each) => !this.#facts.constants.has(each));
      const [only] = read ?? [];
      if (node === undefined || only === undefined || read?.length !== 1) break;
      projects ||= appliesWeights(node, this.#facts) || node.is('AveragePool', 'MaxPool');
      if (projects) origins.add(only);
      value = only;
    }
    return origins;
  }

  /** Values that hold the same stream: before casts, and the normalised copy that a skip norm returns beside its sum. */
  #namesOf(input: Value): Set<Value> {
    const names = new Set([input]);
    let value = input;
    for (;;) {
      const node = this.#search.producer(value);
      const before = node?.is('Identity', 'Cast', 'Dropout') ? node.input(0) : undefined;
      if (before === undefined) break;
      names.add(before);
      value = before;
    }
    const skipNorm = this.#norms.skipNorm(value.producer);
    if (skipNorm?.sum === value) names.add(skipNorm.output);
    return names;
  }

  #placement(merge: Merge, { input, branch, stream, nodes }: Residual): NormPlacement {
    const heads = new Map<Node, Value[]>();
    for (const node of nodes) {
      const read = this.#search.dataReads(node).filter((value) => stream.has(value));
      if (read.length > 0) heads.set(node, read);
    }
    return this.#norms.placement(input, branch, merge.sum, heads, stream);
  }

  /** x + (f(x) + g(x)) with attention beside another branch: two sub-blocks that can go one without the other. */
  #arms(residual: Residual, norm: NormPlacement, output: Value): SubBlock[] | undefined {
    const node = this.#search.producer(residual.branch);
    const inner = node && this.#mergeOf(node);
    if (inner === undefined || inner.isSkipNorm) return undefined;
    const [a, b] = inner.operands.map((branch) => this.#weighted(residual.stream, branch));
    if (!a || !b) return undefined;
    const own = [a.filter((each) => !b.includes(each)), b.filter((each) => !a.includes(each))];
    const kinds = own.map((nodes) => branchKind(nodes, this.#facts));
    const weighted = own.every((nodes) => nodes.some((each) => appliesWeights(each, this.#facts)));
    if (!weighted || kinds.filter((kind) => kind === 'attention').length !== 1) return undefined;
    return inner.operands.map((branch, index) => {
      const arm = { ...residual, branch, nodes: own[index] ?? [] };
      return this.#subBlock(inner, arm, norm, output);
    });
  }

  #subBlock(merge: Merge, residual: Residual, norm: NormPlacement, output: Value): SubBlock {
    const { input, branch, nodes } = residual;
    const [a, b] = merge.operands;
    const kept = a === branch ? b : a;
    return {
      graph: this.#search.graph,
      kind: branchKind(nodes, this.#facts),
      norm,
      input,
      output,
      merge: merge.node,
      branch,
      kept,
      nodes: this.#search.deadWithout(merge.isSkipNorm ? branch : merge.sum, kept),
    };
  }
}
