import { writeFileWhole } from '@sentei/ir';
import type { BenchmarkRecord } from '@sentei/report';
import { benchmarkModels, type ModelBenchmarkOptions, parsePoints, synthesizePoint } from '@sentei/runtime';
import { countWork } from './count-work.ts';
import { dataPoints } from './data-points.ts';
import { readFileFacts } from './file-facts.ts';
import { printJson } from './json.ts';
import { type Listener, SILENT } from './progress.ts';
import { refuseOverwriting } from './refuse-overwriting.ts';
import { senteiVersion } from './versions.ts';

/** What `sentei benchmark` is told. */
export interface BenchmarkOptions extends Omit<ModelBenchmarkOptions, 'points' | 'onProgress'> {
  /** As in `batch=1 length=128; batch=8 length=512`. Default: made up for the model. */
  readonly points?: string | undefined;
  /** A dataset card or a text: inputs are then taken from the held-out part instead of made up. */
  readonly data?: string | undefined;
  /** A file for the record, as JSON. */
  readonly out?: string | undefined;
  readonly listener?: Listener | undefined;
}

/**
 * Measures one model or two against each other, and writes a record when a file is named.
 *
 * @throws SenteiError `invalid-option`, `output-unwritable`, or what `benchmarkModels` throws
 */
export async function benchmark(options: BenchmarkOptions): Promise<BenchmarkRecord> {
  const { points, data, out, listener = SILENT, ...settings } = options;
  const { original, candidate } = settings;
  await refuseOverwriting(out, [original, candidate, data]);
  const sizes = points === undefined ? undefined : parsePoints(points);
  const date = new Date().toISOString();
  listener.step(candidate === undefined ? `measuring ${original}` : `measuring ${original} and ${candidate}`);
  const measured = await benchmarkModels({
    ...settings,
    ...(data !== undefined && { points: (inputs) => dataPoints(data, inputs, sizes, settings.signal) }),
    ...(data === undefined &&
      sizes && { points: (inputs) => sizes.map((size) => synthesizePoint(inputs, size)) }),
    onProgress: (progress) => listener.progress(progress),
  });
  const files = {
    original: await readFileFacts(original),
    ...(candidate !== undefined && { candidate: await readFileFacts(candidate) }),
  };
  const work = await countWork(original, candidate, measured.figures);
  const record: BenchmarkRecord = { version: 1, sentei: senteiVersion(), date, files, ...measured, work };
  if (out !== undefined) await writeFileWhole(out, printJson(record));
  return record;
}
