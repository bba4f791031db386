import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locateOnnxRuntime } from '../../src/doctor/onnxruntime-files.ts';
import { runPackageInstaller } from '../../src/doctor/run-package-installer.ts';
import { emptyFolder, fakeHost, fakeOnnxRuntime } from '../support/host.ts';

test('the installer writes into its copy, with what it requires of the package around it', async () => {
  const place = await emptyFolder();
  const { packageFile, binaries } = await fakeOnnxRuntime(place);
  await mkdir(join(place, 'script'));
  await mkdir(join(place, 'node_modules', 'helper'), { recursive: true });
  await writeFile(join(place, 'node_modules', 'helper', 'index.js'), 'module.exports = "library"');
  await writeFile(
    join(place, 'script', 'install.js'),
    `
      const { writeFileSync } = require('node:fs');
      const path = require('node:path');
      const target = path.join(__dirname, '..', 'bin/napi-v6/linux/x64', 'made.so');
      writeFileSync(target, require('helper') + process.env.ONNXRUNTIME_NODE_INSTALL);
    `,
  );
  const folder = join(place, 'copy');
  await mkdir(folder);
  const host = fakeHost({ variables: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
  const libraries = await runPackageInstaller(host, await locateOnnxRuntime(host, packageFile), { folder });
  expect(await readFile(join(libraries, 'made.so'), 'utf8')).toBe('librarycuda12');
  expect(await readdir(binaries)).toEqual([]);
});
