import { expect, test } from 'vitest';
import { runPipeline } from '../../src/index.ts';
import { PassRun } from '../../src/pass/pass-run.ts';
import { countModel } from '../../src/pass/statistics.ts';
import { bareContext, counting, passOf } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

test('a run leaves the count of patches and the figures of the model to the next one', async () => {
  const { model, graph, relu, sum, y } = tinyModel();
  const pipeline = {
    verify: 'each',
    stopAfter: Number.POSITIVE_INFINITY,
    seed: 0,
    instruments: [],
    baseline: undefined,
    kept: 4,
    statistics: countModel(model),
  } as const;
  const shared = { ...pipeline };
  const pass = passOf('drop', function* () {
    yield {
      kind: 'patch',
      name: 'drop',
      guarantee: 'exact',
      nodes: [],
      apply: () => {
        graph.replace(y, sum);
        graph.remove(relu);
      },
    };
  })();
  const record = await new PassRun(model, { pass, place: '3', run: 2 }, bareContext(), shared).run();
  expect([record.place, record.run, record.before.nodes, record.after.nodes]).toEqual(['3', 2, 2, 1]);
  expect([shared.kept, shared.statistics.nodes]).toEqual([5, 1]);
});

test('an empty pass leaves the figures as they were', async () => {
  const [first, second] = await runPipeline(tinyModel().model, [counting(0), counting(1)], bareContext());
  expect(second?.before).toBe(first?.after);
});
