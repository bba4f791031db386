import { expect, test } from 'vitest';
import { examineGpus } from '../../src/doctor/gpu.ts';
import { fakeHost } from '../support/host.ts';

const HOPPER = 'NVIDIA H100 80GB HBM3, 81559, 9.0, 580.65.06, 71.25\n';
const PASCAL = 'Tesla P4, 7611, 6.1, 580.65.06, [N/A]\n';

test('driver and GPUs are held against what the version of CUDA needs', async () => {
  const findings = await examineGpus(fakeHost({ programs: { 'nvidia-smi': HOPPER + PASCAL } }), 13);
  expect(findings.map(({ status, detail }) => [status, detail])).toEqual([
    ['ok', '580.65.06'],
    ['ok', 'NVIDIA H100 80GB HBM3, 80 GiB, compute capability 9.0'],
    ['broken', 'Tesla P4, 7 GiB, compute capability 6.1; CUDA 13 needs 7.5 or later'],
  ]);
  const old = HOPPER.replace('580.65.06', '535.104.05');
  const [driver] = await examineGpus(fakeHost({ programs: { 'nvidia-smi': old } }), 13);
  expect(driver).toMatchObject({ status: 'broken', detail: expect.stringContaining('CUDA 13 needs 580') });
  const [older] = await examineGpus(fakeHost({ programs: { 'nvidia-smi': old } }), 12);
  expect(older).toMatchObject({ status: 'ok' });
});

test('without a driver both are missing, with the reason', async () => {
  const findings = await examineGpus(fakeHost(), 13);
  expect(findings.map(({ subject, status }) => [subject, status])).toEqual([
    ['NVIDIA driver', 'missing'],
    ['GPU', 'missing'],
  ]);
  expect(findings[0]?.detail).toContain('there is no nvidia-smi');
});

test('a loaded driver without nvidia-smi is told from its file', async () => {
  const version =
    'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\nGCC version: 12\n';
  const failed = {
    code: 9,
    stdout: 'Failed to initialize NVML: Driver/library version mismatch\n',
    stderr: '',
  };
  const findings = await examineGpus(
    fakeHost({ files: { '/proc/driver/nvidia/version': version }, programs: { 'nvidia-smi': failed } }),
    13,
  );
  expect(findings).toMatchObject([
    { status: 'ok', detail: '580.65.06' },
    { status: 'missing', detail: expect.stringContaining('version mismatch') },
  ]);
});
