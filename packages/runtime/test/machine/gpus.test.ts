import { expect, test } from 'vitest';
import { listGpus } from '../../src/machine/gpus.ts';
import { fakeHost } from '../support/host.ts';

const HOPPER = 'NVIDIA H100 80GB HBM3, 81559, 9.0, 580.65.06, 71.25\n';
const PASCAL = 'Tesla P4, 7611, 6.1, 580.65.06, [N/A]\n';

test('GPUs are listed with memory, compute capability, driver and whether they tell their power', async () => {
  const { gpus } = await listGpus(fakeHost({ programs: { 'nvidia-smi': HOPPER + PASCAL } }));
  expect(gpus).toEqual([
    {
      name: 'NVIDIA H100 80GB HBM3',
      memory: 81559 * 2 ** 20,
      computeCapability: 9,
      driver: '580.65.06',
      tellsPower: true,
    },
    {
      name: 'Tesla P4',
      memory: 7611 * 2 ** 20,
      computeCapability: 6.1,
      driver: '580.65.06',
      tellsPower: false,
    },
  ]);
});
