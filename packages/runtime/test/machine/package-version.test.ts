import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runtimePackageVersion } from '../../src/machine/package-version.ts';

test('the version is that of the package that is depended on', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  expect(await runtimePackageVersion()).toBe(JSON.parse(text).dependencies['onnxruntime-node']);
});
