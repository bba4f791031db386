import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { ModelPair } from '../../src/validation/model-pair.ts';
import { modelFile } from '../support/model-file.ts';
import { loadedPair } from '../support/pair.ts';
import {
  bigramModel,
  doublingModel,
  gatedModel,
  identityModel,
  positionalModel,
} from '../support/tiny-model.ts';

async function open(original: Uint8Array, candidate: Uint8Array) {
  const paths = { original: await modelFile(original), candidate: await modelFile(candidate) };
  return ModelPair.open({ ...paths, threads: 1 });
}

const bytes = (length: number) => ({
  bytes: hostTensor('int64', [1, length], new BigInt64Array(length)),
});

test('an original that cannot be loaded is no error, a candidate is one', async () => {
  const broken = new Uint8Array([1, 2, 3]);
  expect(await open(identityModel(1, [4], { irVersion: 99 }), doublingModel())).toEqual({
    ran: false,
    reason: expect.stringContaining('IR version'),
  });
  await expect(open(doublingModel(), broken)).rejects.toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining('the pruned model does not load, the original does'),
  });
});

test('what the original cannot run is a reason, and the pair goes on', async () => {
  const table = new Float32Array(65536);
  const pair = await loadedPair(positionalModel(table, 8), positionalModel(table, 16));
  const runBoth = (length: number) =>
    pair.run(`at ${length}`, async (onOriginal, onCandidate) => {
      await onOriginal((session) => session.run(bytes(length)));
      return Object.keys(await onCandidate((session) => session.run(bytes(length))));
    });
  expect(await runBoth(9)).toMatchObject({ ran: false });
  expect(await runBoth(8)).toEqual({ ran: true, result: ['scores'] });
});

test('a candidate that fails where the original runs is an error that names the place', async () => {
  const table = new Float32Array(65536);
  const pair = await loadedPair(positionalModel(table, 16), positionalModel(table, 8));
  const running = pair.run('at length 9', async (onOriginal, onCandidate) => {
    await onOriginal((session) => session.run(bytes(9)));
    await onCandidate((session) => session.run(bytes(9)));
  });
  await expect(running).rejects.toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining('does not run at length 9'),
  });
});

test('models that take or give other things are no pair', async () => {
  const table = new Float32Array(65536);
  await expect(open(bigramModel(table), bigramModel(new Uint16Array(65536)))).rejects.toMatchObject({
    code: 'models-differ',
    message: expect.stringContaining("output 'scores' is float16"),
  });
  await expect(open(doublingModel(), gatedModel())).rejects.toMatchObject({
    code: 'models-differ',
    message: expect.stringContaining("input 'gates' is one that the original does not have"),
  });
});

test('what the user asks for and the original cannot do is an error', async () => {
  const table = new Float32Array(65536);
  const pair = await loadedPair(positionalModel(table, 16), positionalModel(table, 8));
  const insist = (length: number) =>
    pair.insist(`on row ${length}`, async (session) => Object.keys(await session.run(bytes(length))));
  expect(await insist(8)).toEqual([['scores'], ['scores']]);
  const tooLong = await insist(17).catch((error: unknown) => error);
  expect(tooLong).toMatchObject({ code: 'runtime-failed' });
  expect(String(tooLong)).not.toContain('pruned model');
  await expect(insist(9)).rejects.toMatchObject({
    message: expect.stringContaining('the pruned model does not run on row 9, the original does'),
  });
});

test('cancelling is neither', async () => {
  const path = await modelFile(doublingModel());
  const opening = ModelPair.open({ original: path, candidate: path, signal: AbortSignal.abort() });
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
});
