import { readFile, writeFile } from 'node:fs/promises';
import { drawComparison, drawPage, drawPasses, parseMeasurements, parseReport } from '@sentei/report';

/** Draws the page of a pruned model again, with what was measured since, and returns its tables for the terminal. */
export async function drawAgain(folder: string, pricePerHour: number): Promise<string> {
  const read = (name: string) => readFile(`${folder}/${name}`, 'utf8');
  const report = parseReport(await read('report.json'), 'report.json');
  const benchmark = await read('benchmark.json').then(
    (text) => parseMeasurements(text, 'benchmark.json', report),
    () => undefined, // nobody has measured yet
  );
  const pricing = { pricePerHour, currency: '$', inferencesPerDay: 1_000_000 };
  await writeFile(`${folder}/report.html`, await drawPage({ report, benchmark, pricing }));
  return drawPasses(report.passes) + drawComparison(report);
}
