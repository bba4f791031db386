import type { Model } from '@sentei/ir';
import { expect, test } from 'vitest';
import { type PropertySettings, withProperty } from '../src/model-property.ts';
import { byteModel, emptyFolder, savedModel } from './support/models.ts';

function changed(change: (model: Model) => void): Model {
  const model = byteModel();
  change(model);
  return model;
}

const same = byteModel();
const other = byteModel({ logits: 1.01 });
const odd = changed(({ graph }) => {
  for (const node of graph.nodes()) if (node.is('Identity')) node.opType = 'NoSuchOperator';
});

async function ask(settings: Partial<PropertySettings>) {
  const scratch = await emptyFolder();
  const original = await savedModel(scratch);
  const asked = { property: 'agrees', original, scratch, threads: 1, ...settings } as const;
  return withProperty(asked, async (holds) => [await holds(same), await holds(other), await holds(odd)]);
}

test('loads holds for what ONNX Runtime runs, agrees for what computes the same', async () => {
  expect(await ask({ property: 'verify' })).toEqual([true, true, true]);
  expect(await ask({ property: 'loads' })).toEqual([true, true, false]);
  expect(await ask({ property: 'agrees', tolerance: 0 })).toEqual([true, false, false]);
  expect(await ask({ property: 'agrees', tolerance: 100 })).toEqual([true, true, false]);
});

test('by default outputs agree when they differ by rounding alone', async () => {
  const scratch = await emptyFolder();
  const asked = { property: 'agrees', original: await savedModel(scratch), scratch, threads: 1 } as const;
  const almost = byteModel({ branch: 0.1 + 1e-9 });
  const far = byteModel({ branch: 0.5 });
  expect(await withProperty(asked, async (holds) => [await holds(almost), await holds(far)])).toEqual([
    true,
    false,
  ]);
});

test('a command is asked with the file', async () => {
  const script = 'const { size } = require("fs").statSync(process.argv[1]); process.exit(size > 100 ? 0 : 1)';
  expect(await ask({ command: `${JSON.stringify(process.execPath)} -e '${script}'` })).toEqual([
    true,
    true,
    true,
  ]);
  expect(await ask({ command: `${JSON.stringify(process.execPath)} -e 'process.exit(1)'` })).toEqual([
    false,
    false,
    false,
  ]);
});

test('an original that does not run cannot be agreed with', async () => {
  const scratch = await emptyFolder();
  const original = await savedModel(scratch, odd);
  const asked = { property: 'agrees', original, scratch, threads: 1 } as const;
  await expect(withProperty(asked, async () => true)).rejects.toMatchObject({ code: 'runtime-failed' });
});
