import { expect, it } from 'vitest';
import { rewritePass, rewriteRule, runPipeline } from '../../src/index.ts';
import { faultsOf, modelOf, textOf } from './support.ts';

const simplify = rewritePass({
  id: 'simplify',
  description: 'Takes out pairs of Neg.',
  guarantee: 'exact',
  rules: [
    rewriteRule({
      name: 'neg-neg',
      pattern: (op, x) => op.Neg(op.Neg(x)),
      replace: (op, x) => op.Identity(x),
    }),
  ],
});
const silent = { info: () => undefined, warn: () => undefined };
const context = { logger: silent, judge: undefined, maxDrop: 0, progress: () => undefined };

function build() {
  return modelOf(['x'], (b, x = null as never) => [
    b.op('Neg', [b.op('Neg', [x])]),
    b.op('Neg', [b.op('Neg', [b.op('Relu', [x])])]),
    b.op('Neg', [b.op('Abs', [x])]),
  ]);
}

it.each([
  ['rule', 1],
  ['match', 2],
] as const)('proposes one patch for each %s, and says why near misses are left', async (patches, count) => {
  const { model, graph } = build();
  const [record] = await runPipeline(model, [simplify({ patches })], context);
  const decisions = record?.patches.map(({ decision }) => decision) ?? [];
  expect(decisions.filter((decision) => decision === 'applied')).toHaveLength(count);
  const refusals = record?.patches.filter(({ decision }) => decision === 'refused') ?? [];
  expect(refusals.some(({ reason }) => reason.includes('Abs'))).toBe(true);
  expect(textOf(graph).filter((line) => line.includes('Identity'))).toHaveLength(2);
  expect(faultsOf(model)).toEqual([]);
});

it('keeps quiet about misses when asked to', async () => {
  const [record] = await runPipeline(build().model, [simplify({ misses: 0 })], context);
  expect(record?.patches.map(({ decision }) => decision)).toEqual(['applied']);
});
