import {
  absentOr,
  isTensorType,
  type Match,
  type PatternFunction,
  type PatternOps,
  type PatternValue,
  type RewriteRule,
  rewriteRule,
  type Tensor,
  type Value,
  type Verdict,
} from '@sentei/ir';
import { MICROSOFT } from './fusing/import-domain.ts';
import { refuteKernel, type Target } from './fusing/kernels.ts';
import { patternRule } from './fusing/pattern-rule.ts';
import type { Rule } from './types.ts';

/** The opset that brought Gelu into the standard. */
const GELU = 20;

/** ONNX Runtime's domain has this version since it exists. */
const IMPORTS = { [MICROSOFT]: 1 };

/** sqrt(2 / pi) and the cubic term of the GELU by tanh (Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2). */
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/**
 * SiLU, GELU by erf and GELU by tanh written out become one operator: the standard Gelu where the model's opset has it, else
 * those of ONNX Runtime; a vector added before a GELU goes in with it.
 */
export function createFuseActivationsRule(target: Target): Rule {
  return patternRule('fuse-activations', 'Puts the nodes of an activation into one operator.', [
    silu(target),
    scaledSilu(target),
    ...gelus('gelu by erf', erfFactor, target),
    ...gelus('gelu by tanh', tanhFactor, target),
    ...biasGelus(target),
  ]);
}

/** x · sigmoid(x), which QuickGelu with alpha 1 is. The standard Swish (opset 24) has no kernel. */
function silu(target: Target): RewriteRule {
  return rewriteRule({
    name: 'silu',
    pattern: (op, x) => op.Mul(x, op.Sigmoid(x)),
    where: (match, x) => kernelFor('QuickGelu', MICROSOFT, match, x, target),
    replace: (op, x) => op.domain(MICROSOFT).call('QuickGelu', x ?? null, { alpha: 1 }),
    imports: IMPORTS,
  });
}

/** x · sigmoid(a x) with a constant a. */
function scaledSilu(target: Target): RewriteRule {
  return rewriteRule({
    name: 'quick gelu',
    pattern: (op, x) => op.Mul(x, op.Sigmoid(op.Mul(x, op.constant(isNumber).as('alpha')))),
    where: (match, x) => kernelFor('QuickGelu', MICROSOFT, match, x, target),
    replace: (op, x) =>
      op.domain(MICROSOFT).call('QuickGelu', x ?? null, { alpha: op.match.scalar('alpha') ?? 1 }),
    imports: IMPORTS,
  });
}

type Factor = (op: PatternOps, x: PatternValue) => PatternValue;

/** 1 + erf(x / sqrt(2)). */
const erfFactor: Factor = (op, x) =>
  op.Add(op.Erf(op.either(op.Div(x, Math.SQRT2), op.Mul(x, Math.SQRT1_2))), 1);

/** 1 + tanh(sqrt(2 / pi) · (x + 0.044715 x³)). */
const tanhFactor: Factor = (op, x) => {
  const cube = op.either(op.Pow(x, 3), op.Mul(x, op.Mul(x, x)));
  const inner = op.either(
    op.Add(x, op.Mul(cube, TANH_CUBIC)),
    op.Mul(x, op.Add(op.Mul(op.Mul(x, x), TANH_CUBIC), 1)),
    op.Mul(x, op.Add(op.Mul(op.Mul(x, TANH_CUBIC), x), 1)),
  );
  return op.Add(op.Tanh(op.Mul(inner, TANH_SCALE)), 1);
};

/** 0.5 · x · factor, in the three orders of multiplying. */
const ORDERS: readonly ((op: PatternOps, x: PatternValue, factor: PatternValue) => PatternValue)[] = [
  (op, x, factor) => op.Mul(op.Mul(x, factor), 0.5),
  (op, x, factor) => op.Mul(op.Mul(x, 0.5), factor),
  (op, x, factor) => op.Mul(x, op.Mul(factor, 0.5)),
];

function gelus(name: string, factor: Factor, target: Target): RewriteRule[] {
  const isErf = factor === erfFactor;
  const own = isErf ? 'Gelu' : 'FastGelu';
  return ORDERS.flatMap((order) => {
    const pattern: PatternFunction = (op, x) => order(op, x as PatternValue, factor(op, x as PatternValue));
    return [
      rewriteRule({
        name: `${name}, standard`,
        pattern,
        where: (match, x) => kernelFor('Gelu', '', match, x, target),
        replace: (op, x) => op.call('Gelu', x ?? null, { approximate: isErf ? undefined : 'tanh' }),
        opset: { from: GELU },
      }),
      rewriteRule({
        name,
        pattern,
        where: (match, x) => kernelFor(own, MICROSOFT, match, x, target),
        replace: (op, x) => op.domain(MICROSOFT).call(own, x ?? null),
        imports: IMPORTS,
        opset: { to: GELU - 1 },
      }),
    ];
  });
}

/** gelu(x + b) for a vector b over the last axis, for a GELU that was one operator already or has just become one. */
function biasGelus(target: Target): RewriteRule[] {
  const biased = (fused: string, domain: '' | typeof MICROSOFT, own: 'BiasGelu' | 'FastGelu'): RewriteRule =>
    rewriteRule({
      name: `${own}, from ${fused}`,
      pattern: (op, x) =>
        op.domain(domain).call(fused, op.Add(x as PatternValue, op.constant(isVector).as('bias')), {
          approximate: domain === '' && own === 'FastGelu' ? 'tanh' : absentOr('none'),
        }),
      where: (match, x) => {
        const type = x && match.typeOf(x);
        const shape = isTensorType(type) ? type.shape : undefined;
        const width = match.tensor('bias')?.dims[0];
        if (shape === undefined || shape.length < 2 || shape.at(-1) !== width)
          return 'the sum before it may be broadcast';
        return kernelFor(own, MICROSOFT, match, x, target);
      },
      replace: (op, x) => op.domain(MICROSOFT).call(own, x ?? null, op.match.value('bias') ?? null),
      imports: IMPORTS,
    });
  return [
    biased('Gelu', '', 'BiasGelu'),
    biased('Gelu', MICROSOFT, 'BiasGelu'),
    biased('Gelu', '', 'FastGelu'),
    biased('FastGelu', MICROSOFT, 'FastGelu'),
  ];
}

function kernelFor(
  opType: string,
  domain: '' | typeof MICROSOFT,
  match: Match,
  x: Value | undefined,
  target: Target,
): Verdict {
  const type = x && match.typeOf(x);
  const element = isTensorType(type) && type.elementType !== 'undefined' ? type.elementType : undefined;
  return refuteKernel(opType, domain, element, target) ?? true;
}

function isVector(tensor: Tensor): Verdict {
  return tensor.dims.length === 1 || `is a constant [${tensor.dims}], not a vector`;
}

function isNumber(tensor: Tensor): Verdict {
  return (tensor.size === 1 && tensor.dims.length <= 1 && tensor.isFloat) || 'is not a number';
}
