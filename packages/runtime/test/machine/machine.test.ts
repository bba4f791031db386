import { expect, test } from 'vitest';
import { describeMachine } from '../../src/machine/machine.ts';

test('the machine is described in full', async () => {
  const machine = await describeMachine();
  expect(machine).toEqual({
    cpu: expect.stringMatching(/\S/),
    logicalCores: expect.any(Number),
    usableCores: expect.any(Number),
    memory: expect.any(Number),
    operatingSystem: expect.stringMatching(/^\S+ \S+ \S+$/),
    node: process.versions.node,
    onnxruntimeNode: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    providers: expect.arrayContaining(['cpu']),
    gpus: expect.any(Array),
  });
  expect(machine.usableCores).toBeGreaterThanOrEqual(1);
  expect(machine.usableCores).toBeLessThanOrEqual(machine.logicalCores);
});
