import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bisectPipeline, type Model, repeat, Value } from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { bareContext, counting, passOf, patchOf } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

const makeModel = () => tinyModel().model;
const last = ({ graph }: Model) => [...graph.nodes()].at(-1)?.name ?? '';
const context = bareContext();

test('the patch that loses a property is found in about log2 runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.nat({ max: 59 }), async (patches, chosen) => {
      const culprit = 1 + (chosen % patches);
      const holds = (model: Model) => !(Number(last(model)) >= culprit);
      const found = await bisectPipeline(makeModel, () => [counting(patches)], holds, { context });
      if (found.status !== 'found') throw new Error(found.status);
      expect(found.culprit).toMatchObject({ number: culprit, pass: 'counting', patch: `number ${culprit}` });
      expect(last(found.before)).toBe(culprit === 1 ? 'relu' : String(culprit - 1));
      expect(found.after && last(found.after)).toBe(String(culprit));
      expect(found.runs).toBeLessThanOrEqual(Math.ceil(Math.log2(patches)) + 3);
    }),
    { numRuns: 30 },
  );
});

test('numbers go on over passes and rounds', async () => {
  const makePasses = () => {
    let rounds = 0;
    const twice = passOf('twice', function* ({ graph }: Model) {
      const [add] = graph.nodes();
      if (rounds++ < 2) yield patchOf('more', () => Object.assign(add ?? {}, { name: `${add?.name}+` }));
    });
    return [counting(3), repeat([twice()])];
  };
  const holds = ({ graph }: Model) => ![...graph.nodes()].some(({ name }) => name === 'add++');
  const found = await bisectPipeline(makeModel, makePasses, holds, { context });
  expect(found).toMatchObject({
    status: 'found',
    culprit: { number: 5, place: '2.1', run: 2, patch: 'more' },
  });
});

test('a patch that breaks the graph is found too', async () => {
  const breaking = passOf('breaking', function* ({ graph }: Model) {
    yield patchOf('good', () => undefined);
    yield patchOf('bad', () => [...graph.nodes()].at(-1)?.setInput(0, new Value('nowhere')));
    yield patchOf('never', () => undefined);
  });
  const found = await bisectPipeline(
    makeModel,
    () => [counting(2), breaking()],
    () => true,
    { context },
  );
  expect(found).toMatchObject({
    status: 'found',
    culprit: { number: 4, pass: 'breaking', patch: 'bad' },
    error: { code: 'invalid-graph' },
  });
  expect(found).not.toHaveProperty('after');
});

test('a property that holds to the end, or never did, has no culprit', async () => {
  const tried: number[] = [];
  const options = { context, onTrial: (patches: number) => void tried.push(patches) };
  expect(
    await bisectPipeline(
      makeModel,
      () => [counting(3)],
      () => true,
      options,
    ),
  ).toEqual({
    status: 'holds',
    patches: 3,
    runs: 1,
  });
  expect(
    await bisectPipeline(
      makeModel,
      () => [counting(3)],
      () => false,
      options,
    ),
  ).toEqual({
    status: 'never-held',
    runs: 0,
  });
  expect(tried).toEqual([Number.POSITIVE_INFINITY]);
});

test('passes that do not do the same from run to run are noticed', async () => {
  let runs = 0;
  const makePasses = () => [counting(++runs === 1 ? 8 : 2)];
  const running = bisectPipeline(makeModel, makePasses, (model) => last(model) !== '8', { context });
  expect((await rejection(running))?.code).toBe('not-reproduced');
});

test('cancelling gets out', async () => {
  const cancelled = bareContext({ signal: AbortSignal.abort() });
  const running = bisectPipeline(
    makeModel,
    () => [counting(3)],
    () => true,
    { context: cancelled },
  );
  expect((await rejection(running))?.code).toBe('cancelled');
});
