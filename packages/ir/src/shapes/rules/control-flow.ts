import type { Graph } from '../../graph/graph.ts';
import { type Dimension, isTensorType } from '../../graph/type.ts';
import { type Fact, joinFacts, tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** Of a branch that is never taken nothing is told: what it does may make no sense for the shapes at hand. */
function branch(context: RuleContext): Outputs {
  const condition = context.integer(0);
  const names =
    condition === null ? ['then_branch', 'else_branch'] : [condition ? 'then_branch' : 'else_branch'];
  const [first = [], second] = names.map((name) => {
    const graph = context.node.subgraph(name) ?? context.fail(`it has no ${name}`);
    return context.inferGraph(graph, []);
  });
  if (second === undefined) return first;
  if (first.length !== second.length)
    context.fail(`its branches return ${first.length} and ${second.length} values`);
  return first.map((fact, index) => joinFacts(fact, second[index]));
}

/** Inputs of a Loop are its trip count, its condition and the carried values. */
function loop(context: RuleContext): Outputs {
  const body = context.node.subgraph('body') ?? context.fail('it has no body');
  const initial = context.node.inputs.slice(2).map((_, index) => context.fact(index + 2));
  const leading = [tensorFact('int64', []), tensorFact('bool', [])];
  const { carried, outputs } = settle(context, body, initial, 1, (facts) => [...leading, ...facts]);
  const stacked = outputs.slice(1 + carried.length).map((fact) => stack(context, fact, null, 0));
  return [...carried, ...stacked];
}

function scan(context: RuleContext): Outputs {
  const body = context.node.subgraph('body') ?? context.fail('it has no body');
  const count = context.node.int('num_scan_inputs') ?? context.fail('it has no num_scan_inputs');
  // Opset 8 took the lengths of its sequences first, and a batch axis everywhere.
  if (context.opset < 9) {
    context.inferGraph(body, []);
    return [];
  }
  const facts = context.node.inputs.map((_, index) => context.fact(index));
  const states = facts.length - count;
  if (states < 0) context.fail(`it scans ${count} of ${facts.length} inputs`);
  const inputAxes = context.node.ints('scan_input_axes') ?? [];
  const sliced = facts.slice(states).map((fact, i) => unstack(context, fact, inputAxes[i] ?? 0));
  const length = sliced.find(({ extent }) => extent !== null)?.extent ?? null;
  const elements = sliced.map(({ element }) => element);
  const { carried, outputs } = settle(context, body, facts.slice(0, states), 0, (own) => [
    ...own,
    ...elements,
  ]);
  const outputAxes = context.node.ints('scan_output_axes') ?? [];
  const stacked = outputs.slice(states).map((fact, i) => stack(context, fact, length, outputAxes[i] ?? 0));
  return [...carried, ...stacked];
}

/**
 * Facts about carried values that hold before and after every iteration. A body that changes them is inferred again for
 * what both have in common, and a last time without their shapes.
 */
function settle(
  context: RuleContext,
  body: Graph,
  initial: Outputs,
  firstCarried: number,
  inputsOf: (carried: Outputs) => Outputs,
): { readonly carried: Outputs; readonly outputs: Outputs } {
  let carried: Outputs = initial.map(withoutIntegers);
  for (let attempt = 0; attempt < 3; attempt++) {
    const outputs = context.inferGraph(body, inputsOf(carried));
    if (outputs.length < firstCarried + carried.length)
      context.fail(`its body returns ${outputs.length} values`);
    const after = carried.map((fact, i) => withoutIntegers(joinFacts(fact, outputs[firstCarried + i])));
    if (after.every((fact, i) => sameFact(fact, carried[i]))) return { carried, outputs };
    carried = attempt === 0 ? after : carried.map((fact) => withoutShape(fact));
  }
  return { carried, outputs: context.inferGraph(body, inputsOf(carried.map(() => undefined))) };
}

function withoutIntegers(fact: Fact | undefined): Fact | undefined {
  return fact && { type: fact.type };
}

function withoutShape(fact: Fact | undefined): Fact | undefined {
  return fact && isTensorType(fact.type) ? tensorFact(fact.type.elementType) : fact;
}

function sameFact(a: Fact | undefined, b: Fact | undefined): boolean {
  return JSON.stringify(a?.type) === JSON.stringify(b?.type);
}

function stack(
  context: RuleContext,
  fact: Fact | undefined,
  extent: Dimension,
  axis: number,
): Fact | undefined {
  if (fact === undefined || !isTensorType(fact.type)) return undefined;
  const { elementType, shape } = fact.type;
  if (shape === undefined) return tensorFact(elementType);
  const at = context.axis(axis, shape.length + 1);
  return tensorFact(elementType, [...shape.slice(0, at), extent, ...shape.slice(at)]);
}

function unstack(
  context: RuleContext,
  fact: Fact | undefined,
  axis: number,
): { readonly element: Fact | undefined; readonly extent: Dimension } {
  if (fact === undefined || !isTensorType(fact.type)) return { element: undefined, extent: null };
  const { elementType, shape } = fact.type;
  if (shape === undefined) return { element: tensorFact(elementType), extent: null };
  const at = context.axis(axis, shape.length);
  return {
    element: tensorFact(
      elementType,
      shape.filter((_, i) => i !== at),
    ),
    extent: shape[at] ?? null,
  };
}

export const controlFlowRules: RuleFamily = { If: branch, Loop: loop, Scan: scan };
