import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pruneArguments } from '../prune-arguments.mjs';

let workspace = '';

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'sentei-tools-'));
  await mkdir(join(workspace, 'inner'));
  await writeFile(join(workspace, 'inner', 'near.onnx'), '');
  await writeFile(join(workspace, 'far.onnx'), '');
  return () => rm(workspace, { recursive: true, force: true });
});

const inner = () => join(workspace, 'inner');

test('without options the default checkpoint is pruned with its own texts', () => {
  expect(pruneArguments([], workspace, inner())).toEqual([
    'prune',
    '--data=checkpoints/fox-pro-6l/calibration.txt',
    '--heldout=checkpoints/fox-pro-6l/heldout.txt',
    '--out=out',
    '--',
    'checkpoints/fox-pro-6l/model.onnx',
  ]);
});

test("a model of one's own comes without the texts of the checkpoint", () => {
  const args = ['--model=near.onnx', '--pipeline=cleanup, acp{block=128 tile=32}', '--max-drop=0.02'];
  expect(pruneArguments(args, workspace, inner())).toEqual([
    'prune',
    '--pipeline=cleanup, acp{block=128 tile=32}',
    '--max-drop=0.02',
    '--out=out',
    '--',
    'inner/near.onnx',
  ]);
});

test("data of one's own takes the place of both texts", () => {
  expect(pruneArguments(['--data=mine.txt'], workspace, inner())).toEqual([
    'prune',
    '--data=inner/mine.txt',
    '--out=out',
    '--',
    'checkpoints/fox-pro-6l/model.onnx',
  ]);
});

test('words of a value that were torn apart are joined', () => {
  const torn = [
    '--model',
    'far.onnx',
    '--pipeline',
    'cleanup,',
    'acp{block=128',
    'tile=32}',
    '--out',
    'my dir',
  ];
  expect(pruneArguments(torn, workspace, inner())).toEqual([
    'prune',
    '--pipeline=cleanup, acp{block=128 tile=32}',
    '--out=inner/my dir',
    '--',
    'far.onnx',
  ]);
});

test('the empty pipeline and unknown options are handed on', () => {
  const args = pruneArguments(['--pipeline=', '--colour'], workspace, workspace);
  expect(args.slice(1, 3)).toEqual(['--pipeline=', '--colour']);
});

test('paths are meant from the folder of the user, then from the workspace, else as they are', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'sentei-tools-'));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  await writeFile(join(elsewhere, 'x.onnx'), '');
  const modelOf = (path: string) => pruneArguments([`--model=${path}`], workspace, elsewhere).at(-1);
  expect(modelOf('x.onnx')).toBe(join(elsewhere, 'x.onnx'));
  expect(modelOf('inner/near.onnx')).toBe('inner/near.onnx');
  expect(modelOf('nowhere.onnx')).toBe(join(elsewhere, 'nowhere.onnx'));
});

test('the target is handed on', () => {
  const args = pruneArguments(['--model=near.onnx', '--target=cuda'], workspace, inner());
  expect(args).toEqual(['prune', '--target=cuda', '--out=out', '--', 'inner/near.onnx']);
});
