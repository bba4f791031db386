import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Progress, readModelBytes, SenteiError } from '@sentei/ir';
import { expect, test } from 'vitest';
import { judgeWith } from '../../src/judging/judge-with.ts';
import { meanMetric } from '../../src/metrics/metric.ts';
import { modelFile } from '../support/model-file.ts';
import { isAlive } from '../support/processes.ts';
import { doublingModel } from '../support/tiny-model.ts';

const metric = meanMetric({ name: 'mean', lowerIsBetter: true, score: () => 0 });
const model = readModelBytes(doublingModel());

test('every measurement has a process of its own, and neither it nor a file stays, whatever happens', async () => {
  const folder = dirname(await modelFile(new Uint8Array()));
  const before = await readdir(folder);
  const processes: (number | undefined)[] = [];
  const progress: Progress[] = [];
  const judge = judgeWith(
    metric,
    { folder, threads: 1, onProgress: (step) => progress.push(step) },
    async ({ path, processId }, split) => {
      processes.push(processId);
      expect(await readdir(folder)).toContain(path.slice(folder.length + 1));
      if (split === 'heldout') throw new SenteiError('runtime-failed', 'odd');
      if (split === 'calibration') throw new SenteiError('not-numbers', 'NaN');
      return { value: 3, scores: [3] };
    },
    () => {},
  );
  expect(await judge.measure(model, 'selection')).toBe(3);
  await expect(judge.measure(model, 'heldout')).rejects.toMatchObject({ code: 'runtime-failed' });
  expect(await judge.measure(model, 'calibration')).toBe(Number.POSITIVE_INFINITY);
  expect(new Set(processes).size).toBe(3);
  expect(processes.some(isAlive)).toBe(false);
  expect(await readdir(folder)).toEqual(before);
  expect(progress.at(-1)).toEqual({ message: 'candidates judged', done: 3, total: 3 });
});

test('what cannot be measured is refused before a model is written', async () => {
  const refuse = (): never => {
    throw new SenteiError('invalid-data', 'no data');
  };
  const judge = judgeWith(metric, { folder: '/nowhere' }, async () => ({ value: 0, scores: [] }), refuse);
  await expect(judge.measure(model, 'selection')).rejects.toMatchObject({ code: 'invalid-data' });
});
