import { expect, onTestFinished, test } from 'vitest';
import {
  mergeArguments,
  planCalibration,
  readPlan,
  shardArguments,
  shardFile,
  shardsOf,
  VARIABLE,
} from '../calibrate/plan.mjs';
import { createNodesV2 } from '../calibrate/plugin.mjs';

const plan = planCalibration(['--shards=2', '--length=64', '--out=/o/all.stats'], '/w', '/w/in');

test('without a model the default checkpoint is calibrated on its own text', () => {
  expect(plan).toEqual({
    shards: 2,
    out: '/o/all.stats',
    args: [
      '--length=64',
      '--data=checkpoints/fox-pro-6l/calibration.txt',
      '--',
      'checkpoints/fox-pro-6l/model.onnx',
    ],
  });
  expect(planCalibration([], '/w', '/w')).toMatchObject({ shards: 4, out: 'out/calibration.stats' });
});

test('a model of one’s own needs data of one’s own', () => {
  const { args } = planCalibration(['--model=m.onnx', '--data=d.json', '--taps=t.json'], '/w', '/w/in');
  expect(args).toEqual(['--data=in/d.json', '--taps=in/t.json', '--', 'in/m.onnx']);
});

test.each(['0', '1.5', 'many', '5000'])('%s shards are refused', (shards) => {
  expect(() => planCalibration([`--shards=${shards}`], '/w', '/w')).toThrow('--shards');
});

test('each shard has a file, and the merge reads all of them', () => {
  expect(shardsOf(plan)).toEqual([1, 2]);
  expect(shardArguments(plan, 2)).toEqual([
    'calibrate',
    '--shard=2/2',
    '--out=/o/all.stats.2-of-2',
    ...plan.args,
  ]);
  expect(mergeArguments(plan)).toEqual([
    'calibrate',
    '--out=/o/all.stats',
    '--merge',
    shardFile(plan, 1),
    shardFile(plan, 2),
  ]);
});

test('the project has a task for each shard where a calibration is planned, and none elsewhere', () => {
  const [glob, createNodes] = createNodesV2;
  expect(createNodes([glob])).toEqual([[glob, {}]]);
  process.env[VARIABLE] = JSON.stringify(plan);
  onTestFinished(() => {
    delete process.env[VARIABLE];
  });
  expect(readPlan(process.env)).toEqual(plan);
  const targets = createNodes([glob])[0]?.[1].projects?.tools.targets ?? {};
  expect(Object.keys(targets)).toEqual(['calibrate-1', 'calibrate-2', 'calibrate-merge']);
  expect(targets['calibrate-merge']?.dependsOn).toEqual(['calibrate-1', 'calibrate-2']);
  expect(targets['calibrate-2']?.command).toBe('node tools/calibrate/task.mjs 2');
});
