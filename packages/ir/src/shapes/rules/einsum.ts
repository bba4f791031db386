import type { Dimension, Shape } from '../../graph/type.ts';
import { broadcastDimension, broadcastShapes } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { commonElementType } from './elementwise.ts';

/** Extents by label, and the shape that the ellipses broadcast to. */
interface Labels {
  readonly extents: Map<string, Dimension>;
  readonly ellipses: Shape[];
}

function einsum(context: RuleContext): Outputs {
  const indices = context.node.inputs.map((_, index) => index);
  const elementType = commonElementType(context, indices);
  const equation = (context.string('equation') ?? '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== indices.length) context.fail(`equation ${equation} has ${terms.length} operands`);
  const labels: Labels = { extents: new Map(), ellipses: [] };
  for (const index of indices) {
    const shape = context.shape(index);
    if (shape === undefined) return [tensorFact(elementType, outputOfUnknown(right))];
    bind(context, terms[index] ?? '', shape, labels);
  }
  const ellipsis = broadcastShapes(labels.ellipses);
  if (ellipsis === undefined) context.fail(`the ellipses of ${equation} do not broadcast`);
  const output = (right ?? implicitOutput(left)).split(/(\.\.\.)|/).filter((label) => label);
  const shape = output.flatMap((label) => {
    if (label === '...') return ellipsis;
    if (!labels.extents.has(label)) context.fail(`label ${label} of ${equation} is in no operand`);
    return [labels.extents.get(label) ?? null];
  });
  return [tensorFact(elementType, shape)];
}

function bind(context: RuleContext, term: string, shape: Shape, { extents, ellipses }: Labels): void {
  const at = term.indexOf('...');
  const before = [...(at < 0 ? term : term.slice(0, at))];
  const after = at < 0 ? [] : [...term.slice(at + 3)];
  const spare = shape.length - before.length - after.length;
  if (spare < 0 || (at < 0 && spare > 0)) context.fail(`operand ${term} has rank ${shape.length}`);
  if (at >= 0) ellipses.push(shape.slice(before.length, before.length + spare));
  for (const [i, label] of [...before, ...after].entries()) {
    const extent = shape[i < before.length ? i : i + spare] ?? null;
    const known = extents.get(label);
    const both = known === undefined ? extent : broadcastDimension(known, extent);
    if (both === undefined) context.fail(`label ${label} is both ${known} and ${extent}`);
    extents.set(label, both ?? known ?? extent);
  }
}

/** Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order. */
function implicitOutput(left: string): string {
  const letters = [...left.replace(/[^A-Za-z]/g, '')].sort();
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return (left.includes('...') ? '...' : '') + once.join('');
}

function outputOfUnknown(right: string | undefined): Dimension[] | undefined {
  return right === undefined || right.includes('.') ? undefined : [...right].map(() => null);
}

export const einsumRules: RuleFamily = { Einsum: einsum };
