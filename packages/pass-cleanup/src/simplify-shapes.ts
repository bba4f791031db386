import { type Node, Tensor, type Value } from '@sentei/ir';
import { type Result, selectFolds } from './folding/select.ts';
import { writeDown } from './folding/write-down.ts';
import { makeConstant } from './make-constant.ts';
import { canReplace, replaceValue } from './replace-value.ts';
import { type Contents, Extents, isSameTerm, type Term } from './shapes/extents.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** The first opset whose Reshape takes its target as an input. */
const TARGET_AS_INPUT = 5;

/** Arithmetic on shapes that says less than it seems to: known elements, shapes of the input, and copied extents. */
export const simplifyShapesRule: Rule = {
  id: 'simplify-shapes',
  description: 'Simplifies chains of shape arithmetic and what reads them, dynamic dimensions included.',
  find(survey) {
    const readers = shapeReaders(survey);
    if (readers.length === 0) return [];
    const extents = new Extents(survey);
    const found: Rewrite[] = [];
    for (const node of readers) {
      if (plan(node, extents, survey) !== undefined)
        found.push({ subject: node, apply: () => applyPlan(node, extents, survey) });
    }
    // Constants are for a later round: what is written down now may be what the others do away with.
    return found.length > 0 ? found : findKnown(extents, survey);
  },
};

/** Simplifies shapes and returns the number of nodes rewritten. */
export function simplifyShapes(survey: Survey): number {
  return simplifyShapesRule.find(survey).filter((found) => found.apply()).length;
}

function shapeReaders({ model }: Survey): Node[] {
  const readers: Node[] = [];
  for (const graph of model.graphs()) {
    for (const node of graph.nodes()) {
      if (node.is('Shape', 'Reshape', 'Expand') && isPlain(node)) readers.push(node);
    }
  }
  return readers;
}

function applyPlan(node: Node, extents: Extents, survey: Survey): boolean {
  const change = plan(node, extents, survey);
  change?.();
  return change !== undefined;
}

function plan(node: Node, extents: Extents, survey: Survey): (() => void) | undefined {
  const input = node.input(0);
  const [output] = node.outputs;
  if (node.graph === null || input === undefined || output === undefined) return undefined;
  if (node.opType === 'Shape') {
    const source = extents.sourceOf(input);
    return source !== input && isAlive(source) ? () => node.setInput(0, source) : undefined;
  }
  const target = extents.contentsOf(node.input(1));
  if (target?.rank !== 1) return undefined;
  const shape = extents.shapeOf(input);
  const isSame =
    shape?.length === target.terms.length && shape.every((term, i) => isSameTerm(term, target.terms[i]));
  if (isSame && canReplace(output, input, survey)) return () => replaceValue(output, input);
  return node.opType === 'Reshape' ? planTarget(node, target, shape, survey) : undefined;
}

/** An earlier rewrite may have taken the value out of the graph. */
function isAlive(value: Value): boolean {
  return value.producer === null || value.producer.graph !== null;
}

/** A computed target that a constant one stands for, where the node that computes it has no other reader. */
function planTarget(
  node: Node,
  { terms }: Contents,
  shape: readonly Term[] | undefined,
  survey: Survey,
): (() => void) | undefined {
  const target = node.input(1);
  const { graph } = node;
  if (graph === null || survey.opset(graph) < TARGET_AS_INPUT || node.int('allowzero') === 1)
    return undefined;
  if (!target?.producer || target.producer.is('Constant') || target.soleConsumer() !== node) return undefined;
  if (survey.isPinned(target)) return undefined;
  const constant = constantTarget(terms, shape);
  if (constant === undefined) return undefined;
  return () => node.setInput(1, makeConstant(node, Tensor.int64(constant), survey));
}

/**
 * A target of numbers that means the same in every run. An extent of the input at its own place becomes 0, which copies it,
 * and one element that is not known becomes what remains; not beside copies, since nothing remains to tell by where those
 * are zero, and not beside another -1.
 */
export function constantTarget(
  terms: readonly Term[],
  shape: readonly Term[] | undefined,
): number[] | undefined {
  let opened = 0;
  const constant = terms.map((term, axis) => {
    if (typeof term === 'number') return term;
    if (isSameTerm(term, shape?.[axis])) return 0;
    opened++;
    return -1;
  });
  const isAlone = opened === 1 && constant.filter((element) => element <= 0).length === 1;
  return opened === 0 || isAlone ? constant : undefined;
}

/** Shape arithmetic whose result is known in full, such as the fixed dimensions of a shape with a dynamic one. */
function findKnown(extents: Extents, survey: Survey): Rewrite[] {
  const known = new Map<Value, Result>();
  for (const [value, { rank, terms }] of extents.computed) {
    const numbers = terms.filter((term) => typeof term === 'number');
    if (numbers.length !== terms.length) continue;
    const tensor = Tensor.int64(numbers, rank === 0 ? [] : [numbers.length]);
    known.set(value, { dataType: 'int64', dims: tensor.dims, byteLength: tensor.byteLength, tensor });
  }
  return selectFolds(known, survey, { grow: false, uncomputed: false }).flatMap((value) => {
    const tensor = known.get(value)?.tensor;
    const subject = value.producer;
    if (tensor === undefined || subject === null) return [];
    return [{ subject, apply: () => writeDown(value, tensor, survey) }];
  });
}
