import { runPipeline, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateIdentitiesRule } from '../src/eliminate-identities.ts';
import { rulePass } from '../src/rule-pass.ts';
import { tinyModel } from './support/tiny.ts';

describe('rulePass', () => {
  it('makes a pass with the name and description of the rule', async () => {
    const factory = rulePass(eliminateIdentitiesRule);
    expect([factory.id, factory.description]).toEqual([
      eliminateIdentitiesRule.id,
      eliminateIdentitiesRule.description,
    ]);
    const model = tinyModel({ x: ['n'] }, (b, [x]) => [b.op('Neg', [b.op('Identity', [x as Value])])]);
    const warnings: string[] = [];
    const [record] = await runPipeline(model, [factory({ rounds: 1 })], {
      logger: { info: () => undefined, warn: (message) => warnings.push(message) },
      judge: undefined,
      maxDrop: 0,
      progress: () => undefined,
    });
    expect(record?.patches.map(({ name }) => name)).toEqual(['eliminate-identities, round 1']);
    expect(warnings).toHaveLength(1);
  });

  it('checks its options', () => {
    expect(() => rulePass(eliminateIdentitiesRule)({ rounds: 0 })).toThrowError(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
