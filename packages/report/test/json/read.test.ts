import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawPage } from '../../src/html/page.ts';
import { printReport } from '../../src/json/print.ts';
import { parseMeasurements, parseReport } from '../../src/json/read.ts';
import { fullReport } from '../support/page.ts';
import { passRecord, patchRecord } from '../support/report.ts';

test('a report reads back as it was written, numbers that JSON does not have too', () => {
  const scores = { a: Number.POSITIVE_INFINITY, b: Number.NEGATIVE_INFINITY, c: Number.NaN, d: 1 };
  const original = fullReport({ passes: [passRecord('p', [patchRecord({ scores })])] });
  expect(parseReport(printReport(original), 'report.json')).toEqual(original);
});

test('a report of an earlier version of Sentei, without anatomy, tiles and reach, is read', () => {
  const { anatomy, tiles, reach, ...earlier } = fullReport();
  expect(parseReport(JSON.stringify(earlier), 'report.json')).toEqual(earlier);
});

test('what is no report is refused with the place of the first fault', () => {
  const { source, ...rest } = fullReport();
  const faults: [string, RegExp][] = [
    ['', /report\.json is no JSON/],
    ['[]', /report\.json is no report of version 1: the whole: /],
    [JSON.stringify({ ...rest, source, version: 2 }), /: version: /],
    [JSON.stringify({ ...rest, source: { ...source, nodes: '<script>' } }), /: source\.nodes: /],
  ];
  for (const [json, message] of faults) {
    expect(() => parseReport(json, 'report.json')).toThrow(
      expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(message) }),
    );
  }
});

test('measurements are an object', () => {
  expect(parseMeasurements('{"points": []}', 'b.json', fullReport())).toEqual({ points: [] });
  for (const json of ['[]', 'null', '3', '{']) {
    expect(() => parseMeasurements(json, 'b.json', fullReport())).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  }
});

test('measurements of other models are refused', () => {
  const { source, result } = fullReport();
  const report = { source: { ...source, sha256: 'a' }, result: { ...result, sha256: 'b' } };
  const read = (file: unknown) => parseMeasurements(JSON.stringify(file), 'm.json', report);
  const [a, b] = [{ sha256: 'a' }, { sha256: 'b' }];
  for (const pair of [{ original: a, candidate: b }, { original: a }]) {
    expect(read(pair)).toEqual(pair);
    expect(read({ files: pair })).toEqual({ files: pair });
  }
  for (const pair of [{ original: a, candidate: a }, { original: b, candidate: b }, { original: b }]) {
    for (const file of [pair, { files: pair, original: 'a.onnx' }]) {
      expect(() => read(file)).toThrow(
        expect.objectContaining({
          code: 'invalid-data',
          message: 'm.json is about other models than the report',
        }),
      );
    }
  }
});

test('a report that is spoilt anywhere is refused or drawn, and never fails otherwise', async () => {
  const original = fullReport();
  const places: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]) => {
    places.push(path);
    if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key]);
    }
  };
  walk(original, []);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places.slice(1)),
      fc.constantFrom(null, -1, 'text', [], {}, true, 1e308, [null], { a: [{}] }),
      async (path, value) => {
        const spoilt = structuredClone(original);
        let parent: Record<string | number, unknown> = spoilt as unknown as Record<string, unknown>;
        for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
        parent[path.at(-1) ?? ''] = value;
        let parsed: ReturnType<typeof parseReport>;
        try {
          parsed = parseReport(JSON.stringify(spoilt), 'report.json');
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-data' });
          return;
        }
        expect(await drawPage({ report: parsed, validation: value, benchmark: spoilt })).toContain('</html>');
      },
    ),
    { numRuns: 40 },
  );
});
