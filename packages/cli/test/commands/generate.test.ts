import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModel } from '@sentei/ir';
import { toDecoder } from '@sentei/pass-acp';
import { expect, test } from 'vitest';
import { byteModel } from '../../../pass-acp/test/support/byte-model.ts';
import { emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

async function decoderFile(folder: string): Promise<string> {
  const model = byteModel({ shift: 'pad', gateBias: -1 });
  toDecoder(model, { epsilon: 1e-3, returns: 'rows' });
  const path = join(folder, 'decoder.onnx');
  await writeModel(model, path);
  return path;
}

test('text goes to stdout and figures to stderr', async () => {
  const folder = await emptyFolder();
  const decoder = await decoderFile(folder);
  const drawn = ['--tokens', '9', '--temperature', '1', '--top-k', '50', '--seed', '4', '--threads', '1'];
  const first = await sentei(['generate', decoder, '--prompt', 'to go on', ...drawn]);
  expect(first.code).toBe(0);
  expect(first.stdout.length).toBeGreaterThan(1);
  expect(first.stderr).toMatch(/^8 bytes read in \d+ ms, 9 generated, [\d.]+ ms each .* kB a byte\n$/);
  const prompt = join(folder, 'prompt.txt');
  await writeFile(prompt, 'to go on');
  const again = await sentei(['generate', decoder, '--prompt-file', prompt, ...drawn, '--json']);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({
    model: decoder,
    provider: 'cpu',
    text: first.stdout.slice(0, -1),
    promptTokens: 8,
    tokens: 9,
    position: 16,
    milliseconds: { count: 8 },
  });
});

test('what cannot go on is named', async () => {
  const folder = await emptyFolder();
  const [decoder, plain] = [await decoderFile(folder), await savedModel(folder)];
  const codeOf = async (...args: string[]) => (await sentei(['generate', ...args])).code;
  expect(await codeOf(decoder)).toBe(2);
  expect(await codeOf(decoder, '--prompt', 'a', '--prompt-file', 'b')).toBe(2);
  expect(await codeOf(decoder, '--prompt', 'a', '--tokens', '0')).toBe(2);
  for (const [name, above] of [
    ['--tokens', '100000001'],
    ['--chunk', '65537'],
    ['--temperature', '101'],
  ] as const)
    expect(await codeOf(decoder, '--prompt', 'a', name, above)).toBe(2);
  expect(await codeOf(decoder, '--prompt', '')).toBe(5);
  expect(await codeOf(decoder, '--prompt-file', join(folder, 'none.txt'))).toBe(5);
  expect(await codeOf(join(folder, 'none.onnx'), '--prompt', 'a')).toBe(3);
  const { code, stderr } = await sentei(['generate', plain, '--prompt', 'a']);
  expect([code, stderr]).toEqual([3, expect.stringMatching(/keeps no state[\s\S]*sentei decoder/)]);
});
