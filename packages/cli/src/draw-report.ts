import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SenteiError, writeFileWhole } from '@sentei/ir';
import { drawPage, type Pricing, parseMeasurements, parseReport } from '@sentei/report';
import { PAGE_FILE } from './output-folder.ts';
import { refuseOverwriting } from './refuse-overwriting.ts';

/** What `report` reads and writes. */
export interface DrawReportOptions extends Pricing {
  /** A `report.json` that `prune` wrote. */
  readonly report: string;
  /** The page to write. Default: `report.html` beside the report. */
  readonly out?: string | undefined;
  /** What `validate` wrote about the same models. */
  readonly validation?: string | undefined;
  /** What `benchmark` wrote about the same models. */
  readonly benchmark?: string | undefined;
}

/** The page that was written. */
export interface DrawnReport {
  readonly path: string;
  readonly bytes: number;
}

/** No report is as large: of a model of a million nodes and ten thousand decisions it has some ten megabytes. */
const LARGEST = 2 ** 28;

/**
 * Draws the page of a report again: with prices, or with what was measured since.
 *
 * @throws SenteiError `invalid-data` when a file cannot be read, is not what it should be or is about other
 *   models; `output-unwritable`
 */
export async function drawReport(options: DrawReportOptions): Promise<DrawnReport> {
  const { report, validation, benchmark, out, pricePerHour, inferencesPerDay, currency } = options;
  const path = out ?? join(dirname(report), PAGE_FILE);
  await refuseOverwriting(path, [report, validation, benchmark]);
  const parsed = parseReport(await readText(report), report);
  const measurements = async (file: string | undefined) =>
    file === undefined ? undefined : parseMeasurements(await readText(file), file, parsed);
  const page = await drawPage({
    report: parsed,
    validation: await measurements(validation),
    benchmark: await measurements(benchmark),
    pricing: { pricePerHour, inferencesPerDay, currency },
  });
  await writeFileWhole(path, page);
  return { path, bytes: Buffer.byteLength(page) };
}

async function readText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw invalid(path, 'is not a file');
    if (found.size > LARGEST) throw invalid(path, 'is larger than 256 MiB');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SenteiError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw invalid(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, cause);
  }
}

function invalid(path: string, fault: string, cause?: unknown): SenteiError {
  return new SenteiError('invalid-data', `${path} ${fault}`, {
    subject: path,
    hint: 'give a report.json that sentei prune has written',
    cause,
  });
}
