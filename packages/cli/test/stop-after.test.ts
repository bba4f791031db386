import { printModel, readModelBytes, repeat, runPipeline, writeModelBytes } from '@sentei/ir';
import { passSequence, validModel } from '@sentei/ir/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PASSES } from '../src/passes.ts';

const exact = PASSES.filter((factory) => factory().guarantee === 'exact');
const context = { logger: { info() {}, warn() {} }, judge: undefined, maxDrop: 0, progress() {} };

/** What bisecting stands on. */
test('stopping after n patches gives the model that is there after the n-th, from bytes to bytes', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(
      validModel(),
      passSequence(exact),
      fc.nat({ max: 20 }),
      async (model, passes, chosen) => {
        const bytes = writeModelBytes(model);
        const texts = [printModel(readModelBytes(bytes))];
        const watch = {
          afterPatch: (_patch: unknown, changed: typeof model) => void texts.push(printModel(changed)),
        };
        await runPipeline(readModelBytes(bytes), [repeat(passes)], context, { instruments: [watch] });
        kept += texts.length - 1;
        const stopAfter = chosen % texts.length;
        const stopped = readModelBytes(bytes);
        await runPipeline(stopped, [repeat(passes)], context, { stopAfter });
        expect(printModel(stopped)).toBe(texts[stopAfter]);
        if (stopAfter === 0) expect(writeModelBytes(stopped)).toEqual(bytes);
      },
    ),
    { numRuns: 60 },
  );
  expect(kept).toBeGreaterThan(0);
});
