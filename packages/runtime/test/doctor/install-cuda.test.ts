import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installCuda, planCudaInstallation } from '../../src/doctor/install-cuda.ts';
import { elfFile } from '../support/elf-file.ts';
import { emptyFolder, fakeHost, fakeOnnxRuntime, hostWith, writeProgram } from '../support/host.ts';
import { wheelFile } from '../support/wheel-file.ts';

const SHARED = 'libonnxruntime_providers_shared.so';
const CUDA = 'libonnxruntime_providers_cuda.so';
const VERSION = '1.30.0';
const LIBRARIES = {
  [SHARED]: elfFile(),
  [CUDA]: elfFile({ needed: ['libcudart.so.13'], constants: `\0${VERSION}\0` }),
};

/** A computer with a pip that brings the wheel, and an onnxruntime-node with the given libraries. */
async function computer(
  wheel: Uint8Array,
  libraries: Readonly<Record<string, Uint8Array>> = {},
  seconds = 0,
) {
  const programs = await emptyFolder();
  await writeFile(join(programs, 'wheel'), wheel);
  await writeProgram(
    programs,
    'python3',
    `
      const words = process.argv.slice(2);
      if (words.includes('--version')) process.exit(0);
      const folder = words[words.indexOf('--dest') + 1];
      setTimeout(() => {
        require('node:fs').copyFileSync(${JSON.stringify(join(programs, 'wheel'))}, folder + '/onnxruntime_gpu-${VERSION}-cp312-x.whl');
      }, ${seconds * 1000});
    `,
  );
  const place = await emptyFolder();
  const { packageFile, binaries } = await fakeOnnxRuntime(place, libraries);
  return { options: { host: hostWith(programs), packageFile }, place, binaries };
}

test('the libraries of the wheel come into place, and nothing else', async () => {
  const { options, place, binaries } = await computer(
    wheelFile(VERSION, { ...LIBRARIES, 'other.so': elfFile() }),
  );
  expect(await planCudaInstallation(options)).toMatchObject({
    source: 'wheel',
    version: VERSION,
    description: expect.stringMatching(
      /^downloads the wheel onnxruntime-gpu 1\.30\.0, about \d+ MB, with pip, and puts/,
    ),
  });
  const heard: number[] = [];
  const installed = await installCuda({ ...options, onProgress: ({ done }) => void heard.push(done) });
  expect(installed).toEqual({
    status: 'installed',
    version: VERSION,
    files: [join(binaries, SHARED), join(binaries, CUDA)],
  });
  expect((await readdir(binaries)).sort()).toEqual([CUDA, SHARED]);
  expect(new Uint8Array(await readFile(join(binaries, CUDA)))).toEqual(LIBRARIES[CUDA]);
  expect((await readdir(place)).sort()).toEqual(['bin', 'package.json']);
  expect(heard.length).toBeGreaterThan(0);
});

test('what is in place stays', async () => {
  const { options } = await computer(Buffer.from('never read'), LIBRARIES);
  expect(await planCudaInstallation(options)).toMatchObject({ source: 'none' });
  expect(await installCuda(options)).toMatchObject({ status: 'already-in-place' });
});

test('libraries of another version, or damaged ones, are replaced', async () => {
  for (const old of [elfFile({ constants: '\x001.29.0\0' }), LIBRARIES[CUDA].slice(0, 130)]) {
    const { options, binaries } = await computer(wheelFile(VERSION, LIBRARIES), {
      [SHARED]: elfFile(),
      [CUDA]: old,
    });
    expect(await installCuda(options)).toMatchObject({ status: 'installed' });
    expect(new Uint8Array(await readFile(join(binaries, CUDA)))).toEqual(LIBRARIES[CUDA]);
  }
});

test.each([
  ['a damaged wheel', wheelFile(VERSION, LIBRARIES).slice(0, 300)],
  ['a wheel without the provider', wheelFile(VERSION, { [SHARED]: elfFile() })],
  ['a wheel of another version inside', wheelFile(VERSION, { ...LIBRARIES, [CUDA]: elfFile() })],
  [
    'libraries for another processor',
    wheelFile(VERSION, { ...LIBRARIES, [SHARED]: elfFile({ machine: 183 }) }),
  ],
])('%s changes nothing', async (_what, wheel) => {
  const { options, place, binaries } = await computer(wheel);
  await expect(installCuda(options)).rejects.toMatchObject({ code: 'install-failed' });
  expect([await readdir(binaries), (await readdir(place)).sort()]).toEqual([[], ['bin', 'package.json']]);
});

test('an interruption leaves nothing', async () => {
  const { options, place, binaries } = await computer(wheelFile(VERSION, LIBRARIES), {}, 60);
  const installing = installCuda({ ...options, signal: AbortSignal.timeout(700) });
  await expect(installing).rejects.toMatchObject({ code: 'cancelled' });
  expect([await readdir(binaries), (await readdir(place)).sort()]).toEqual([[], ['bin', 'package.json']]);
});

test('without pip the installer of the package is run', async () => {
  const place = await emptyFolder();
  const { packageFile, binaries } = await fakeOnnxRuntime(place);
  await mkdir(join(place, 'script'));
  const files = Object.entries(LIBRARIES).map(([name, bytes]) => [
    name,
    Buffer.from(bytes).toString('base64'),
  ]);
  await writeFile(
    join(place, 'script', 'install.js'),
    `for (const [name, bytes] of ${JSON.stringify(files)})
       require('node:fs').writeFileSync(__dirname + '/../bin/napi-v6/linux/x64/' + name, Buffer.from(bytes, 'base64'));`,
  );
  const options = { host: fakeHost(), packageFile };
  expect(await planCudaInstallation(options)).toMatchObject({
    source: 'installer',
    cuda: 12,
    description: expect.stringContaining('the build for CUDA 12'),
  });
  expect(await installCuda(options)).toMatchObject({ status: 'installed' });
  expect((await readdir(binaries)).sort()).toEqual([CUDA, SHARED]);
  expect((await readdir(place)).sort()).toEqual(['bin', 'package.json', 'script']);
});

test.each([
  [{ platform: 'darwin', arch: 'arm64' }, /no CUDA provider for onnxruntime-node on darwin\/arm64/],
  [{ arch: 'arm64' }, /on linux\/arm64/],
  [{ glibc: undefined }, /needs the GNU C library/],
])('on %j it is refused with the reason', async (facts, message) => {
  const host = fakeHost(facts);
  for (const act of [planCudaInstallation, installCuda]) {
    await expect(act({ host })).rejects.toMatchObject({
      code: 'install-failed',
      message: expect.stringMatching(message),
    });
  }
});
