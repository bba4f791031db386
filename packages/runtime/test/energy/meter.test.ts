import { expect, test } from 'vitest';
import { findEnergyMeter } from '../../src/energy/meter.ts';

const sources = { powercap: '/nowhere/powercap', nvidiaSmi: '/nowhere/nvidia-smi' };

test('the meter is that of what the provider runs on', async () => {
  expect(await findEnergyMeter('cpu', sources)).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining(sources.powercap),
  });
  expect(await findEnergyMeter('cuda', sources)).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining(sources.nvidiaSmi),
  });
});
