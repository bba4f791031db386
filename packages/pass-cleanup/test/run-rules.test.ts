import { type PassContext, type Proposal, runPipeline, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateIdentitiesRule } from '../src/eliminate-identities.ts';
import { MOST_SUBJECTS, runRules } from '../src/run-rules.ts';
import type { Rule } from '../src/types.ts';
import { tinyModel } from './support/tiny.ts';

function contextOf(extra: Partial<PassContext> = {}): PassContext {
  return {
    logger: { info: () => undefined, warn: () => undefined },
    judge: undefined,
    maxDrop: 0,
    progress: () => undefined,
    ...extra,
  };
}

const chain = (length: number) =>
  tinyModel({ x: ['n'] }, (b, [x]) => {
    let value = x as Value;
    for (let i = 0; i < length; i++) value = b.op('Identity', [value]);
    return [b.op('Neg', [value])];
  });

async function proposals(rules: readonly Rule[], context: PassContext): Promise<Proposal[]> {
  const found: Proposal[] = [];
  const steps = runRules(rules, chain(1), context, 3);
  for (let step = await steps.next('applied'); !step.done; step = await steps.next('applied'))
    found.push(step.value);
  return found;
}

describe('runRules', () => {
  it('names the first nodes of a large patch and counts them all', async () => {
    const pass = {
      id: 'test',
      description: '',
      guarantee: 'exact',
      options: {},
      propose: (model, context) => runRules([eliminateIdentitiesRule], model, context, 5),
    } satisfies Parameters<typeof runPipeline>[1][number];
    const [record] = await runPipeline(chain(3 * MOST_SUBJECTS), [pass], contextOf());
    expect(record?.patches[0]?.nodes).toHaveLength(MOST_SUBJECTS);
    expect(record?.patches[0]?.scores.rewrites).toBe(3 * MOST_SUBJECTS);
  });

  it('tells its progress and stops between rules when it is cancelled', async () => {
    const controller = new AbortController();
    const messages: string[] = [];
    const progress = ({ message }: { message: string }) => {
      messages.push(message);
      controller.abort();
    };
    expect(
      await proposals([eliminateIdentitiesRule], contextOf({ progress, signal: controller.signal })),
    ).toEqual([]);
    expect(messages).toEqual(['round 1: eliminate-identities']);
  });

  it('passes on what a rule could not prepare', async () => {
    const refusal = { kind: 'refusal', name: 'test', nodes: ['a'], reason: 'no numbers' } as const;
    const rule: Rule = { id: 'test', description: '', find: () => [], prepare: async () => [refusal] };
    expect(await proposals([rule], contextOf())).toEqual([refusal]);
  });
});
