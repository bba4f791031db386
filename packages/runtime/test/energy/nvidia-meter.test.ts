import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integratePower, openNvidiaMeter } from '../../src/energy/nvidia-meter.ts';
import { temporaryFolder } from '../support/model-file.ts';

/** An executable in place of NVIDIA's tool. */
async function fakeTool(script: string): Promise<string> {
  const path = join(await temporaryFolder(), 'nvidia-smi');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const SAMPLING = 'while :; do echo 100.00; sleep 0.02; done';
const isPosix = process.platform !== 'win32';

test.runIf(isPosix)('power times time is energy', async () => {
  const found = await openNvidiaMeter(await fakeTool(SAMPLING));
  if (found.status === 'unknown') throw new Error(found.reason);
  expect(found.meter.method).toContain('power.draw.instant');
  const end = await found.meter.start();
  await wait(100);
  const { joules, milliseconds } = await end();
  expect(joules).toBeCloseTo(milliseconds / 10, 6);
});

test.runIf(isPosix)('an older driver tells average power', async () => {
  const script = `case "$*" in *instant*) echo 'Field "power.draw.instant" is not a valid field'; exit 2;; esac`;
  const found = await openNvidiaMeter(await fakeTool(`${script}\n${SAMPLING}`));
  expect(found).toMatchObject({ status: 'found', meter: { windowMs: 3000 } });
});

test.runIf(isPosix)('a GPU that does not tell is unknown, with the reason', async () => {
  expect(await openNvidiaMeter(await fakeTool('echo "[N/A]"; sleep 0.2'))).toMatchObject({
    status: 'unknown',
    reason: expect.stringContaining('it says [N/A]'),
  });
  expect(await openNvidiaMeter(await fakeTool('exit 9'))).toMatchObject({
    reason: expect.stringContaining('it ended with 9'),
  });
  expect(await openNvidiaMeter('/nowhere/nvidia-smi')).toMatchObject({
    reason: expect.stringContaining('ENOENT'),
  });
});

test.runIf(isPosix)('a tool that ends during a window is an error', async () => {
  const counted = 'echo 1 >> "$0.count"; if [ $(wc -l < "$0.count") -gt 1 ]; then echo 100; exit 0; fi';
  const found = await openNvidiaMeter(await fakeTool(`${counted}\n${SAMPLING}`));
  if (found.status === 'unknown') throw new Error(found.reason);
  const end = await found.meter.start();
  await wait(500);
  await expect(end()).rejects.toThrow('it ended while power was measured');
});

test('power between samples changes linearly', () => {
  const samples = [
    { time: 0, watts: 0 },
    { time: 1000, watts: 100 },
    { time: 2000, watts: 100 },
  ];
  expect(integratePower(samples, 0, 2000)).toBeCloseTo(150, 12);
  expect(integratePower(samples, 500, 1000)).toBeCloseTo(37.5, 12);
  expect(integratePower(samples, 1200, 1300)).toBeCloseTo(10, 12);
});

test('before the first and after the last sample power holds', () => {
  expect(integratePower([{ time: 500, watts: 80 }], 0, 1000)).toBeCloseTo(80, 12);
  expect(integratePower([{ time: 2000, watts: 80 }], 0, 1000)).toBeCloseTo(80, 12);
});

test('energy of two windows is that of both together', () => {
  const sample = fc.record({
    time: fc.integer({ min: 0, max: 1000 }),
    watts: fc.integer({ min: 0, max: 700 }),
  });
  const samples = fc.uniqueArray(sample, { minLength: 1, maxLength: 20, selector: ({ time }) => time });
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 999 }), (given, middle) => {
      const sorted = given.toSorted((a, b) => a.time - b.time);
      const parts = integratePower(sorted, 0, middle) + integratePower(sorted, middle, 1000);
      expect(parts).toBeCloseTo(integratePower(sorted, 0, 1000), 8);
    }),
  );
});
