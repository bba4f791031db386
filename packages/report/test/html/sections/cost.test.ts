import { expect, test } from 'vitest';
import { costPerMillion, drawCost } from '../../../src/html/sections/cost.ts';
import { cellsOf, latencyPoint } from '../../support/page.ts';

test('a million runs of 3.6 ms take an hour', () => {
  expect(costPerMillion(3.6, 2.5)).toBeCloseTo(2.5, 12);
  expect(costPerMillion(3.6, 2.5, 8)).toBeCloseTo(2.5 / 8, 12);
});

test('cost and saving are estimated at each size', () => {
  const points = [latencyPoint(), latencyPoint({ label: 'batch 8', batch: 8 })];
  const pricing = { pricePerHour: 3.6, currency: '€', inferencesPerDay: 1e6 };
  expect(cellsOf(drawCost(points, pricing))).toEqual([
    ['length 64 (cpu, 2 threads)', '€20.00', '€10.00', '50.0 %', '€300.00'],
    ['batch 8 (cpu, 2 threads)', '€2.50', '€1.25', '50.0 %', '€37.50'],
  ]);
  expect(cellsOf(drawCost(points, { pricePerHour: 3.6 }))[0]).toEqual([
    'length 64 (cpu, 2 threads)',
    '20.00',
    '10.00',
    '50.0 %',
  ]);
});

test('the formula is there, and what is missing is named', () => {
  expect(String(drawCost([latencyPoint()], { pricePerHour: 1 }))).toContain('÷ 3,600,000 × price per hour');
  expect(String(drawCost([latencyPoint()]))).toContain('no price was given');
  expect(String(drawCost([], { pricePerHour: 1 }))).toContain('times were not measured');
});
