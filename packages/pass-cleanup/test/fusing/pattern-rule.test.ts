import { rewriteRule, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { patternRule } from '../../src/fusing/pattern-rule.ts';
import { takeSurvey } from '../../src/survey.ts';
import { once, operators, tinyModel } from '../support/tiny.ts';

const context = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0,
  progress: () => undefined,
};

const negation = (reason?: string) =>
  patternRule('double-negation', 'Takes pairs of negations out.', [
    rewriteRule({
      name: 'pair',
      pattern: (op, x) => op.Abs(op.Neg(x as never)),
      where: () => reason ?? true,
      replace: (op, x) => op.Abs(x ?? null),
    }),
  ]);

const model = (isRead = false) =>
  tinyModel({ x: ['n'] }, (b, [x]) => {
    const inner = b.op('Neg', [x as Value]);
    return isRead ? [b.op('Abs', [inner]), inner] : [b.op('Abs', [inner])];
  });

describe('patternRule', () => {
  it('applies patterns as a rule of the package', () => {
    const one = model();
    expect(once(one, negation())).toBe(1);
    expect(operators(one)).toEqual(['Abs']);
  });

  it('refuses with the reason of the condition, and once', async () => {
    const rule = negation('not today');
    const survey = takeSurvey(model());
    expect(rule.find(survey)).toEqual([]);
    const [refusal, ...others] = (await rule.prepare?.(survey, context)) ?? [];
    expect(refusal).toMatchObject({
      kind: 'refusal',
      name: 'double-negation',
      reason: expect.stringContaining('not today'),
    });
    expect(others).toEqual([]);
    expect(await rule.prepare?.(survey, context)).toEqual([]);
  });

  it('leaves what something else reads', () => {
    const one = model(true);
    expect(negation().find(takeSurvey(one))).toEqual([]);
  });
});
