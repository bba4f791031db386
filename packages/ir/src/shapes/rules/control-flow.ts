import type { Graph } from '../../graph/graph.ts';
import { type Dimension, isTensorType, type ValueType } from '../../graph/type.ts';
import { type Fact, factKey, joinFacts, tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** A branch that is never taken tells nothing about the outputs, and may make no sense for the shapes at hand. */
function branch(context: RuleContext): Outputs {
  const condition = context.integer(0);
  const [thenBranch, elseBranch] = ['then_branch', 'else_branch'].map(
    (name) => context.subgraph(name) ?? context.fail(`it has no ${name}`),
  );
  if (thenBranch === undefined || elseBranch === undefined) return [];
  if (condition !== null) {
    context.inferDeadGraph(condition ? elseBranch : thenBranch);
    return context.inferGraph(condition ? thenBranch : elseBranch, []);
  }
  const first = context.inferGraph(thenBranch, []);
  const second = context.inferGraph(elseBranch, []);
  if (first.length !== second.length)
    context.fail(`its branches return ${first.length} and ${second.length} values`);
  return first.map((fact, index) => joinFacts(fact, second[index]));
}

/** Inputs of a Loop are its trip count, its condition and the carried values. */
function loop(context: RuleContext): Outputs {
  const body = context.subgraph('body') ?? context.fail('it has no body');
  const initial = context.node.inputs.slice(2).map((_, index) => context.fact(index + 2));
  const leading = [tensorFact('int64', []), tensorFact('bool', [])];
  const { carried, outputs } = settle(context, body, initial, 1, (facts) => [...leading, ...facts]);
  const stacked = outputs.slice(1 + carried.length).map((fact) => stack(context, fact, null, 0));
  const results = carried.map((fact, i) => fact ?? unwrapped(initial[i], outputs[1 + i]));
  return [...results, ...stacked];
}

/** Since opset 16 an optional may start what its element goes on with. */
function unwrapped(initial: Fact | undefined, after: Fact | undefined): Fact | undefined {
  return initial?.type.kind === 'optional' && initial.type.element.kind === after?.type.kind
    ? withoutShape(after)
    : undefined;
}

function scan(context: RuleContext): Outputs {
  const body = context.subgraph('body') ?? context.fail('it has no body');
  const count = context.int('num_scan_inputs') ?? context.fail('it has no num_scan_inputs');
  if (context.opset < 9) return batchedScan(context, body, count);
  const facts = context.node.inputs.map((_, index) => context.fact(index));
  const states = facts.length - count;
  if (states < 0) context.fail(`it scans ${count} of ${facts.length} inputs`);
  const inputAxes = context.ints('scan_input_axes') ?? [];
  const sliced = facts.slice(states).map((fact, i) => unstack(context, fact, inputAxes[i] ?? 0));
  const length = sliced.find(({ extent }) => extent !== null)?.extent ?? null;
  const elements = sliced.map(({ element }) => element);
  const { carried, outputs } = settle(context, body, facts.slice(0, states), 0, (own) => [
    ...own,
    ...elements,
  ]);
  const outputAxes = context.ints('scan_output_axes') ?? [];
  const stacked = outputs.slice(states).map((fact, i) => stack(context, fact, length, outputAxes[i] ?? 0));
  return [...carried, ...stacked];
}

/** Opset 8 took the lengths of its sequences first, and a batch axis in front of every state and sequence. */
function batchedScan(context: RuleContext, body: Graph, count: number): Outputs {
  const facts = context.indices.slice(1).map((index) => context.fact(index));
  const states = facts.length - count;
  if (states < 0) context.fail(`it scans ${count} of ${facts.length} inputs`);
  const samples = facts.map((fact) => unstack(context, fact, 0));
  const batch = samples.find(({ extent }) => extent !== null)?.extent ?? null;
  const slices = samples.slice(states).map(({ element }) => unstack(context, element, 0));
  const length = slices.find(({ extent }) => extent !== null)?.extent ?? null;
  const initial = samples.slice(0, states).map(({ element }) => element);
  const { carried, outputs } = settle(context, body, initial, 0, (own) => [
    ...own,
    ...slices.map(({ element }) => element),
  ]);
  const scanned = outputs.slice(states).map((fact) => stack(context, fact, length, 0));
  return [...carried, ...scanned].map((fact) => stack(context, fact, batch, 0));
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
  for (let attempt = 0; attempt < 3 && context.mayRepeat; attempt++) {
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
  return fact && { type: shapeless(fact.type) };
}

function shapeless(type: ValueType): ValueType {
  if (isTensorType(type)) return { kind: type.kind, elementType: type.elementType };
  if (type.kind === 'sequence' || type.kind === 'optional')
    return { ...type, element: shapeless(type.element) };
  return type.kind === 'map' ? { ...type, value: shapeless(type.value) } : type;
}

function sameFact(a: Fact | undefined, b: Fact | undefined): boolean {
  return factKey(a && { type: a.type }) === factKey(b && { type: b.type });
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
