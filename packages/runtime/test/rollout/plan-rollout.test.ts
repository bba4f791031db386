import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRollout } from '../../src/rollout/plan-rollout.ts';
import type { RolloutInput, WatchedFigure } from '../../src/rollout/types.ts';

const loss: WatchedFigure = {
  name: 'bits per byte',
  needsLabels: false,
  worse: 'higher',
  expected: 0.002,
  deviation: 0.05,
  budget: 0.022,
};

const pair: RolloutInput = { gates: null, figures: [loss], latency: { ratio: 0.5, minSpeedup: 1.25 } };

test('the steps of two files, with what it takes to notice a loss at the budget', () => {
  const plan = planRollout(pair, { confidence: 0.95, power: 0.8 });
  expect([plan.kind, plan.gateSteps, plan.confidencePerStep]).toEqual(['files', null, 0.99]);
  // ((z(0.99) + z(0.8)) * 0.05 / 0.02)^2 = ((2.3263 + 0.8416) * 2.5)^2 = 62.7
  expect(plan.watch).toMatchObject([
    {
      samples: 63,
      margin: expect.closeTo(0.02, 9),
      rollBackAt: expect.closeTo(0.002 + 0.02 * (2.32635 / 3.16797), 6),
    },
  ]);
  expect(plan.steps).toEqual([
    { share: 0.01, requests: 6300 },
    { share: 0.05, requests: 1260 },
    { share: 0.25, requests: 252 },
    { share: 0.5, requests: 126 },
    { share: 1, requests: 63 },
  ]);
  expect(plan.latency).toMatchObject({ expected: 0.5, rollBackAbove: 0.8, samples: 59 });
});

test('a figure without a budget is watched for a small effect, one beyond it cannot be watched', () => {
  const agreement = { ...loss, worse: 'lower', expected: 0.99, deviation: 0.1, budget: null } as const;
  const spent = { ...loss, expected: 0.03 };
  const still = { ...agreement, deviation: 0 };
  const figures = [agreement, spent, still];
  const plan = planRollout({ gates: null, figures, latency: null }, { shares: [1] });
  expect(plan.watch).toMatchObject([
    { samples: 155, rollBackAt: expect.closeTo(0.99 - 0.02 * (1.644854 / 2.486475), 6) },
    { samples: null, rollBackAt: 0.022, note: 'the budget leaves no room for chance' },
    { samples: null, rollBackAt: null, note: expect.stringContaining('did not vary') },
  ]);
  expect(plan.latency.rollBackAbove).toBe(1);
});

test('a model with gates has steps by gates, each with those of the one before', () => {
  const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(flags, fc.nat(), (skipped, seed) => {
      const plan = planRollout({ ...pair, gates: { input: 'g', skipped } }, { seed });
      const steps = plan.gateSteps ?? [];
      expect(steps.at(-1)?.skip).toEqual(skipped);
      for (const [index, { skip }] of steps.entries()) {
        const before = steps[index - 1]?.skip ?? [];
        expect(skip.every((isSkipped, gate) => isSkipped || before[gate] !== true)).toBe(true);
        expect(skip.every((isSkipped, gate) => !isSkipped || skipped[gate] === true)).toBe(true);
      }
      const counts = steps.map(({ skip }) => skip.filter(Boolean).length);
      expect(new Set(counts).size).toBe(counts.length);
    }),
  );
});

test('the same input gives the same plan, and shares are put in order', () => {
  const input = { ...pair, gates: { input: 'g', skipped: [true, true, true, false, true] } };
  expect(planRollout(input, { seed: 3 })).toEqual(planRollout(input, { seed: 3 }));
  expect(planRollout(pair, { shares: [1, 0.5, 0.5] }).steps.map(({ share }) => share)).toEqual([0.5, 1]);
  expect(() => planRollout(pair, { shares: [0] })).toThrow(
    expect.objectContaining({ code: 'invalid-option' }),
  );
});

test('a smaller margin takes more samples, and the threshold lies between what is expected and the budget', () => {
  const positive = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(
    fc.property(positive, positive, positive, (expected, margin, deviation) => {
      const at = (room: number) =>
        planRollout({
          gates: null,
          figures: [{ ...loss, expected, deviation, budget: expected + room }],
          latency: null,
        }).watch[0];
      const [narrow, wide] = [at(margin / 2), at(margin)];
      expect(narrow?.samples ?? 0).toBeGreaterThanOrEqual(wide?.samples ?? 0);
      expect(wide?.rollBackAt ?? 0).toBeGreaterThan(expected);
      expect(wide?.rollBackAt ?? 0).toBeLessThan(expected + margin);
    }),
  );
});
