import { expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { elfFile } from '../support/elf-file.ts';
import { emptyFolder, fakeHost, fakeOnnxRuntime } from '../support/host.ts';

const LIBRARY = new TextEncoder().encode('VERS_1.30.0');
const works = async () => ({ works: true }) as const;
const fails = async () => ({ works: false, reason: 'no' }) as const;

test('a machine that has everything runs on all of its providers', async () => {
  const provider = elfFile({ constants: '\x001.30.0\0' });
  const { packageFile } = await fakeOnnxRuntime(await emptyFolder(), {
    'libonnxruntime.so.1': LIBRARY,
    'libonnxruntime_providers_shared.so': elfFile(),
    'libonnxruntime_providers_cuda.so': provider,
    'libonnxruntime_providers_tensorrt.so': provider,
  });
  const host = fakeHost({ programs: { 'nvidia-smi': 'NVIDIA H100, 81559, 9.0, 580.65.06, 71.25\n' } });
  const steps: string[] = [];
  const onStep = (title: string) => void steps.push(title);
  const { findings, providers } = await diagnose({ host, packageFile, attempt: works, onStep });
  expect(providers).toEqual({ cpu: 'ok', cuda: 'ok', tensorrt: 'ok', webgpu: 'ok' });
  expect(findings.find(({ subject }) => subject === 'libcudnn.so.9')).toMatchObject({ isOptional: true });
  expect(steps).toEqual([
    'looking at the machine',
    'trying the CPU',
    'trying cuda',
    'trying tensorrt',
    'trying webgpu',
    'looking for tools',
  ]);
});

test('a provider has the first fault that was found', async () => {
  const { packageFile } = await fakeOnnxRuntime(await emptyFolder(), { 'libonnxruntime.so.1': LIBRARY });
  const { providers } = await diagnose({ host: fakeHost(), packageFile, attempt: fails });
  expect(providers).toEqual({ cpu: 'broken', cuda: 'missing', tensorrt: 'missing', webgpu: 'broken' });
});

test('a library that is gone, or of another version, is named', async () => {
  const gone = await fakeOnnxRuntime(await emptyFolder());
  const other = await fakeOnnxRuntime(await emptyFolder(), {
    'libonnxruntime.so.1': Buffer.from('VERS_1.29.0'),
  });
  const look = async (packageFile: string) => {
    const { findings } = await diagnose({ host: fakeHost(), packageFile, attempt: works });
    return findings.find(({ subject }) => subject === 'libonnxruntime.so.1')?.status;
  };
  expect([await look(gone.packageFile), await look(other.packageFile)]).toEqual(['missing', 'broken']);
});

test('without onnxruntime-node the rest is still told', async () => {
  const { findings, providers } = await diagnose({
    host: fakeHost(),
    packageFile: '/none/package.json',
    attempt: works,
  });
  expect(providers).toEqual({ cpu: 'missing' });
  expect(findings.map(({ group }) => group)).toContain('tools');
});

test('a signal stops it', async () => {
  await expect(diagnose({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});

test('the CPU of this machine works', async () => {
  const { providers } = await diagnose();
  expect(providers.cpu).toBe('ok');
});
