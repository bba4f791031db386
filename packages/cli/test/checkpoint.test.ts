import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prune } from '../src/prune.ts';
import { emptyFolder } from './support/models.ts';

const CHECKPOINT = 'checkpoints/fox-pro-6l';

test('depth is not redundant in the shipped checkpoint: collapse refuses everything and says by how much', async () => {
  const report = await prune({
    model: join(CHECKPOINT, 'model.onnx'),
    out: await emptyFolder(),
    pipeline: 'collapse',
    data: join(CHECKPOINT, 'calibration.txt'),
    heldout: join(CHECKPOINT, 'heldout.txt'),
    validation: 'none',
  });
  const patches = report.passes.flatMap((pass) => pass.patches);
  expect(patches.map((patch) => patch.decision)).toEqual(Array(18).fill('refused'));
  const drops = patches.map((patch) => patch.scores.calibrationDrop ?? 0);
  // The best single sub-block costs about 0.2 bits of 2.2 a byte.
  expect(Math.min(...drops)).toBeGreaterThan(0.05);
  expect(Math.min(...drops)).toBeLessThan(0.2);
  for (const { reason } of patches) {
    expect(reason).toMatch(
      /bits per byte [\d.]+ becomes [\d.]+ .* a loss of [\d.]+ %; the budget is 1\.00 %/,
    );
  }
}, 600_000);
