import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Decision, definePass, group, isPassGroup, type Proposal, repeat } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { bareContext, passOf, patchOf, renames } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

const empirical = definePass({
  id: 'lossy',
  description: 'a lossy pass',
  guarantee: 'empirical',
  schema: z.object({}),
  *propose() {},
});

test('a group promises what its weakest pass does, and is a pass with passes', () => {
  const exact = passOf('a', function* () {})();
  const all = group([exact, repeat([empirical()])], { name: 'all' });
  expect([all.guarantee, all.options, all.rounds, all.passes.length]).toEqual([
    'empirical',
    { name: 'all' },
    1,
    2,
  ]);
  expect([isPassGroup(all), isPassGroup(exact)]).toEqual([true, false]);
  expect([group([]).guarantee, repeat([exact]).guarantee, repeat([]).rounds]).toEqual(['exact', 'exact', 20]);
  expect(codeOf(() => repeat([], { rounds: 1001 }))).toBe('invalid-option');
});

test('without the pass manager a group hands on what its passes propose', async () => {
  const { model, relu } = tinyModel();
  let closed = 0;
  const watched = passOf('watched', function* () {
    try {
      yield { kind: 'refusal', name: 'no', nodes: [], reason: 'none' };
    } finally {
      closed++;
    }
  })();
  const names: string[] = [];
  const decide = (proposal: Proposal): Decision => {
    names.push(proposal.name);
    if (proposal.kind === 'refusal') return 'refused';
    proposal.apply();
    return 'applied';
  };
  const proposals = repeat([renames(relu, ['A', 'B']), watched]).propose(model, bareContext());
  for (let step = await proposals.next('refused'); !step.done; )
    step = await proposals.next(decide(step.value));
  expect(names).toEqual(['to A', 'no', 'to B', 'no', 'no']);
  expect([relu.opType, closed]).toEqual(['B', 3]);
});

test('a group that is given up gives up the pass at work', async () => {
  let closed = false;
  const endless = passOf('endless', function* () {
    try {
      for (;;) yield patchOf('again', () => undefined);
    } finally {
      closed = true;
    }
  })();
  const proposals = group([endless]).propose(tinyModel().model, bareContext());
  await proposals.next('refused');
  await proposals.return();
  expect(closed).toBe(true);
});
