import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainUnreadable, openRaplMeter } from '../../src/energy/rapl-meter.ts';
import { temporaryFolder } from '../support/model-file.ts';

type Zones = Readonly<
  Record<string, { readonly name: string; readonly counter: string; readonly range?: number }>
>;

async function powercap(zones: Zones): Promise<string> {
  const folder = await temporaryFolder();
  for (const [zone, { name, counter, range = 1e9 }] of Object.entries(zones)) {
    await mkdir(join(folder, zone));
    await writeFile(join(folder, zone, 'name'), `${name}\n`);
    await writeFile(join(folder, zone, 'max_energy_range_uj'), `${range}\n`);
    await writeFile(join(folder, zone, 'energy_uj'), `${counter}\n`);
  }
  return folder;
}

async function opened(folder: string) {
  const found = await openRaplMeter(folder);
  if (found.status === 'unknown') throw new Error(found.reason);
  return found.meter;
}

test('packages and memory are added, parts and wholes of them are not', async () => {
  const folder = await powercap({
    'intel-rapl:0': { name: 'package-0', counter: '1000000' },
    'intel-rapl:0:0': { name: 'core', counter: '5' },
    'intel-rapl:0:1': { name: 'dram', counter: '500000' },
    'intel-rapl:1': { name: 'psys', counter: '7' },
    'intel-rapl-mmio:0': { name: 'package-0', counter: '1000000' },
  });
  const meter = await opened(folder);
  expect(meter.method).toBe('RAPL counters of package-0, dram');
  const end = await meter.start();
  for (const [zone, counter] of [
    ['intel-rapl:0', 3_000_000],
    ['intel-rapl:0:0', 900_000],
    ['intel-rapl:0:1', 750_000],
    ['intel-rapl-mmio:0', 3_000_000],
  ] as const)
    await writeFile(join(folder, zone, 'energy_uj'), `${counter}\n`);
  const { joules, milliseconds } = await end();
  expect(joules).toBeCloseTo(2.25, 12);
  expect(milliseconds).toBeGreaterThan(0);
});

test('a counter that starts again goes on', async () => {
  const folder = await powercap({
    'intel-rapl:0': { name: 'package-0', counter: '262143000000', range: 262_143_328_850 },
  });
  const end = await (await opened(folder)).start();
  await writeFile(join(folder, 'intel-rapl:0', 'energy_uj'), '671150\n');
  expect((await end()).joules).toBeCloseTo(1, 12);
});

test('a machine without counters is unknown, with the reason', async () => {
  const reasonFor = async (zones: Zones) => {
    const found = await openRaplMeter(await powercap(zones));
    return found.status === 'unknown' ? found.reason : found.meter.method;
  };
  expect(await openRaplMeter('/nowhere')).toEqual({
    status: 'unknown',
    reason: 'there are no energy counters of the processor (/nowhere)',
  });
  expect(await reasonFor({})).toMatch(/^there are no energy counters of the processor in /);
  expect(await reasonFor({ 'intel-rapl:0': { name: 'psys', counter: '1' } })).toMatch(/^there are no energy/);
  expect(await reasonFor({ 'intel-rapl:0': { name: 'package-0', counter: 'x' } })).toMatch(/not a counter/);
  expect(await reasonFor({ 'intel-rapl:0': { name: 'package-0', counter: '1', range: 0 } })).toMatch(
    /no range/,
  );
});

test('counters that only root may read are said to be that', () => {
  expect(explainUnreadable('energy_uj', 'EACCES')).toBe('energy_uj may only be read by root');
  expect(explainUnreadable('energy_uj', 'EIO')).toBe('energy_uj cannot be read (EIO)');
});
