import { join } from 'node:path';
import { readModelBytes, writeModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { countingDecoder } from '../../../runtime/test/support/counting-decoder.ts';
import { describeCost, generateText } from '../../src/decoding/generate-text.ts';
import { emptyFolder } from '../support/models.ts';

const SETTINGS = { tokens: 3, temperature: 0, seed: 0, chunk: 512, threads: 1, provider: 'cpu' } as const;

test('bytes become characters when they are whole', async () => {
  const model = join(await emptyFolder(), 'counting.onnx');
  await writeModel(readModelBytes(countingDecoder()), model);
  // Each byte is the sum of all before it, modulo 256: 0xcd and 0x9a after 0x61, 0xc3 and 0xa9, which are one character, and 0x34.
  const heard: string[] = [];
  const text = await generateText({ ...SETTINGS, model, prompt: 'aé', onText: (piece) => heard.push(piece) });
  expect(text).toMatchObject({ promptTokens: 3, tokens: 3, text: '\u035a4' });
  expect(heard).toEqual(['\u035a', '4']);
  expect(describeCost(text)).toMatch(/^3 bytes read in \d+ ms, 3 generated, /);
});
