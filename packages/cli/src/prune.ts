import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertValid,
  countModel,
  instantiatePipeline,
  type Model,
  type PassFactory,
  parsePipeline,
  pipelineToJson,
  printPipeline,
  readModel,
  writeFileWhole,
  writeModel,
} from '@sentei/ir';
import { createExecutor, describeMachine, type Machine } from '@sentei/runtime';
import { checkBudget, checkFidelity } from './check-result.ts';
import { readSplits } from './data-splits.ts';
import { externalLocations, readFileFacts } from './file-facts.ts';
import { MODEL_FILE, REPORT_FILE, type Staging, withOutputFolder } from './output-folder.ts';
import { DEFAULT_PIPELINE, PASSES } from './passes.ts';
import { prepareJudge } from './prepare-judge.ts';
import type { Listener } from './progress.ts';
import { type ModelFacts, printReport, type Report, type ValidationEffort } from './report.ts';
import { runPasses, throwIfCancelled } from './run-passes.ts';
import { validateResult } from './validate-result.ts';
import { senteiVersion } from './versions.ts';

/** What `prune` reads, runs and writes. */
export interface PruneOptions {
  /** The ONNX file to prune. */
  readonly model: string;
  /** The folder to write `model.onnx` and `report.json` to. */
  readonly out: string;
  /** Passes in order; empty text is the empty pipeline. Default: {@link DEFAULT_PIPELINE}. */
  readonly pipeline?: string | undefined;
  /** Text to calibrate, select and judge on. */
  readonly data?: string | undefined;
  /** Text to judge on, when it is not a part of `data`. */
  readonly heldout?: string | undefined;
  /** Largest loss of quality on held-out data, relative to the original. Default: 0.01. */
  readonly maxDrop?: number | undefined;
  /** Threads of ONNX Runtime. Default: 2. */
  readonly threads?: number | undefined;
  readonly validation?: ValidationEffort | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly listener?: Listener | undefined;
  /** The passes that the pipeline can name. Default: all of Sentei's. */
  readonly factories?: readonly PassFactory[] | undefined;
}

const SILENT: Listener = { step() {}, progress() {}, info() {}, warn() {} };

/**
 * Prunes a model file: runs the pipeline, compares the result with the original, and writes both the result and the report
 * when the held-out loss is within the budget. Nothing is written otherwise, and nothing is ever there half.
 *
 * @throws SenteiError those of `parsePipeline`, `instantiatePipeline`, `readModel` and `readSplits`; `output-unwritable`;
 *   `runtime-failed` or `runtime-timeout` when ONNX Runtime fails or the result does not run where the original does;
 *   `budget-exceeded`; `cancelled`
 */
export async function prune(options: PruneOptions): Promise<Report> {
  const startedAt = new Date();
  const { model: path, out, signal, maxDrop = 0.01, threads = 2, validation: effort = 'full' } = options;
  const steps = parsePipeline(options.pipeline ?? DEFAULT_PIPELINE);
  const passes = instantiatePipeline(steps, options.factories ?? PASSES);
  const warnings: string[] = [];
  const listener = recordWarnings(options.listener ?? SILENT, warnings);

  return withOutputFolder(out, path, async (staging) => {
    const { data, heldout } = options;
    const splits = data === undefined ? undefined : await readSplits({ data, heldout });
    listener.step(`reading ${path}`);
    const model = await readModel(path);
    assertValid(model);
    const source = { ...(await readFileFacts(path)), ...describeModel(model) };
    warnAboutExternalData(source, listener);
    const judging = await prepareJudge({
      model: path,
      passes,
      splits,
      folder: staging.trials,
      threads,
      signal,
    });
    for (const warning of judging.warnings) listener.warn(warning);

    // Starts no process unless a pass asks it for something.
    await using executor = createExecutor({ signal });
    const settings = { judge: judging.judge, executor, maxDrop, listener, signal };
    const records = await runPasses(model, passes, settings);
    throwIfCancelled(signal);
    const isChanged = records.some(({ patches }) => patches.some(({ decision }) => decision === 'applied'));
    const candidate = await writeCandidate(model, path, isChanged, staging);

    const files = { original: path, candidate, heldout: judging.heldout };
    const validation = await validateResult({ ...files, threads, effort, isChanged, listener, signal });
    checkFidelity(validation, records, listener);
    const budget = checkBudget(validation, maxDrop, records);

    const machine = await machineOrNull();
    throwIfCancelled(signal);
    const target = join(out, MODEL_FILE);
    const report: Report = {
      version: 1,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      software: {
        sentei: senteiVersion(),
        onnxruntimeNode: machine?.onnxruntimeNode ?? null,
        node: process.versions.node,
      },
      machine,
      options: { maxDrop, threads, validation: effort },
      pipeline: { text: printPipeline(steps), steps: pipelineToJson(steps) },
      data: splits?.ranges ?? null,
      source,
      result: { ...(await readFileFacts(candidate, target)), ...describeModel(model) },
      passes: records,
      validation,
      budget,
      warnings,
    };
    await writeFileWhole(join(staging.result, REPORT_FILE), printReport(report));
    await staging.publish();
    return report;
  });
}

/** A model that no patch has touched is passed on byte by byte. */
async function writeCandidate(
  model: Model,
  source: string,
  isChanged: boolean,
  { result }: Staging,
): Promise<string> {
  const candidate = join(result, MODEL_FILE);
  await writeModel(model, candidate);
  if (!isChanged) await copyFile(source, candidate);
  return candidate;
}

function describeModel(model: Model): Omit<ModelFacts, 'path' | 'fileBytes' | 'sha256'> {
  const opsets = [...model.opsetImports].map(([domain, version]) => [domain || 'ai.onnx', version]);
  return {
    ...countModel(model),
    irVersion: model.irVersion,
    opsets: Object.fromEntries(opsets),
    externalData: externalLocations(model),
  };
}

function warnAboutExternalData({ externalData }: ModelFacts, listener: Listener): void {
  if (externalData.length === 0) return;
  listener.warn(`weights lie in external data, which goes with the result: ${externalData.join(', ')}`);
}

async function machineOrNull(): Promise<Machine | null> {
  return describeMachine().catch(() => null);
}

function recordWarnings(listener: Listener, warnings: string[]): Listener {
  return {
    step: (title) => listener.step(title),
    progress: (progress) => listener.progress(progress),
    info: (message) => listener.info(message),
    warn: (message) => {
      warnings.push(message);
      listener.warn(message);
    },
  };
}
