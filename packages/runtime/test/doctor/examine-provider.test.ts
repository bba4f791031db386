import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeTrial, examineProvider } from '../../src/doctor/examine-provider.ts';
import { createLibraryFinder } from '../../src/doctor/find-library.ts';
import { locateOnnxRuntime } from '../../src/doctor/onnxruntime-files.ts';
import type { ProviderTrial } from '../../src/doctor/try-provider.ts';
import { elfFile } from '../support/elf-file.ts';
import { emptyFolder, type FakeHost, fakeHost, fakeOnnxRuntime } from '../support/host.ts';

const SHARED = 'libonnxruntime_providers_shared.so';
const CUDA = 'libonnxruntime_providers_cuda.so';
const provider = elfFile({ needed: ['libcudart.so.12', 'libodd.so.1'], constants: '\x001.30.0\0' });

async function examine(
  libraries: Readonly<Record<string, Uint8Array>>,
  { trial = { works: true }, ...facts }: FakeHost & { trial?: ProviderTrial } = {},
  name: 'cuda' | 'tensorrt' = 'cuda',
) {
  const host = fakeHost(facts);
  const { packageFile } = await fakeOnnxRuntime(await emptyFolder(), libraries);
  const files = await locateOnnxRuntime(host, packageFile);
  const attempts: string[] = [];
  const attempt = async () => {
    attempts.push(name);
    return trial;
  };
  const findings = await examineProvider(name, {
    host,
    files,
    finder: await createLibraryFinder(host),
    attempt,
  });
  return { findings, attempts, by: new Map(findings.map((finding) => [finding.subject, finding])) };
}

test('without its libraries nothing is tried, and the fix installs them', async () => {
  const { by, attempts } = await examine({});
  expect(by.get(SHARED)).toMatchObject({ status: 'missing', fix: 'sentei doctor --install-cuda' });
  expect(by.get(CUDA)).toMatchObject({ status: 'missing', fix: 'sentei doctor --install-cuda' });
  expect(by.get('NVIDIA driver')).toMatchObject({ status: 'missing' });
  expect(attempts).toEqual([]);
});

test('each library that it needs is found or missing, by its own version of CUDA', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'libcudart.so.12'), '');
  const { by, attempts } = await examine(
    { [SHARED]: elfFile(), [CUDA]: provider },
    {
      variables: { LD_LIBRARY_PATH: folder },
      trial: { works: false, reason: 'no CUDA-capable device is detected' },
    },
  );
  expect(by.get(CUDA)).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^1\.30\.0, as/) });
  expect(by.get('libcudart.so.12')).toMatchObject({ status: 'ok', detail: join(folder, 'libcudart.so.12') });
  expect(by.get('libodd.so.1')).toMatchObject({ status: 'missing', detail: 'a library of the system' });
  expect(by.get('libcufft.so.11')).toMatchObject({
    status: 'missing',
    isOptional: true,
    fix: expect.stringContaining('nvidia-cufft-cu12'),
  });
  expect(by.get('session')).toMatchObject({
    status: 'broken',
    detail: 'no CUDA-capable device is detected',
    fix: expect.stringContaining('--gpus all'),
  });
  expect(attempts).toEqual(['cuda']);
});

test.each([
  ['of another version', elfFile({ constants: '\x001.29.1\0' }), 'is not of version 1.30.0'],
  ['for another processor', elfFile({ machine: 183 }), 'is for another processor'],
  ['cut off', provider.slice(0, 150), 'is cut off'],
])('a library %s is broken', async (_what, bytes, detail) => {
  const { by } = await examine({ [SHARED]: elfFile(), [CUDA]: bytes });
  expect(by.get(CUDA)).toMatchObject({
    status: 'broken',
    detail: expect.stringContaining(detail),
    fix: 'sentei doctor --install-cuda',
  });
});

test('elsewhere than on Linux with x86-64 there is none', async () => {
  const { findings, attempts } = await examine({}, { platform: 'darwin', arch: 'arm64' });
  expect(findings).toMatchObject([{ status: 'missing', detail: expect.stringContaining('darwin/arm64') }]);
  expect(attempts).toEqual([]);
});

test('TensorRT is looked at in the same way, without the GPUs', async () => {
  const tensorrt = elfFile({ needed: ['libnvinfer.so.10', 'libcudart.so.13'] });
  const libraries = { [SHARED]: elfFile(), 'libonnxruntime_providers_tensorrt.so': tensorrt };
  const { by } = await examine(libraries, {}, 'tensorrt');
  expect(by.get('libnvinfer.so.10')).toMatchObject({ status: 'missing', detail: 'of TensorRT, for CUDA 13' });
  expect(by.get('session')).toMatchObject({ status: 'ok' });
  expect(by.has('GPU')).toBe(false);
});

test('a session that fails has a fix where its words are known', () => {
  expect(
    describeTrial('webgpu', { works: false, reason: "Couldn't load Vulkan: libvulkan.so.1" }).fix,
  ).toMatch(/Vulkan/);
  expect(describeTrial('cuda', { works: false, reason: 'x: undefined symbol: y' }).fix).toMatch(
    /install-cuda/,
  );
  expect(describeTrial('cuda', { works: false, reason: 'something else' }).fix).toBeUndefined();
});
