import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  assertValid,
  countModel,
  type Instrument,
  type Model,
  pipelineToJson,
  printPipeline,
  readModel,
  type VerifyWhen,
  writeFileWhole,
  writeModel,
} from '@sentei/ir';
import { drawPage, type ModelFacts, printReport, type Report, type ValidationEffort } from '@sentei/report';
import {
  type Budget,
  createExecutor,
  describeMachine,
  type ExecutionProvider,
  type Machine,
  watchPipeline,
} from '@sentei/runtime';
import { type Audit, withAudit } from './audit/with-audit.ts';
import { writeVerdict } from './audit/write-verdict.ts';
import { openCalibrator } from './calibration/open-calibrator.ts';
import { checkFidelity, holdBudget, refuseOverBudget } from './check-result.ts';
import { readSplits } from './data-splits.ts';
import { externalLocations, readFileFacts } from './file-facts.ts';
import { measureReach } from './measure-reach.ts';
import { measureTiles } from './measure-tiles.ts';
import { MODEL_FILE, PAGE_FILE, REPORT_FILE, type Staging, withOutputFolder } from './output-folder.ts';
import { isCard } from './prepare-card.ts';
import { prepareJudge } from './prepare-judge.ts';
import { listPlugins, type PipelineSource, preparePasses } from './prepare-passes.ts';
import { type Listener, SILENT } from './progress.ts';
import { recordFailure } from './record-failure.ts';
import { runPasses, throwIfCancelled } from './run-passes.ts';
import { surveyAnatomy } from './survey-anatomy.ts';
import { validateResult } from './validate-result.ts';
import { describeFile, sizeFigure } from './validation/describe-file.ts';
import { senteiVersion } from './versions.ts';

/** What `prune` reads, runs and writes. */
export interface PruneOptions extends PipelineSource {
  /** The ONNX file to prune. */
  readonly model: string;
  /** The folder to write `model.onnx`, `report.json` and `report.html` to. */
  readonly out: string;
  /** A dataset card, or a text, to calibrate, select and judge on. */
  readonly data?: string | undefined;
  /** Text to judge on, when it is not a part of `data`. */
  readonly heldout?: string | undefined;
  /** Largest loss of quality on held-out data, relative to the original. Default: 0.01. */
  readonly maxDrop?: number | undefined;
  /** What else the result has to hold; its `maxDrop` takes the place of the other one. */
  readonly budget?: Budget | undefined;
  /** Threads of ONNX Runtime. Default: 2. */
  readonly threads?: number | undefined;
  readonly validation?: ValidationEffort | undefined;
  /** What the result is compared on. Default: the target, or the CPU where that does not start. */
  readonly provider?: ExecutionProvider | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly listener?: Listener | undefined;
  /** When the graph is checked. Default: `each`. */
  readonly verify?: VerifyWhen | undefined;
  /** Of random numbers that passes ask for. Default: 0. */
  readonly seed?: number | undefined;
  /** How many patches are kept at most. Default: all. */
  readonly stopAfter?: number | undefined;
  /** Watch the pipeline. */
  readonly instruments?: readonly Instrument[] | undefined;
  /** A new folder for what is needed to run the pipeline again, written when a pass fails. */
  readonly reproducer?: string | undefined;
  /** A file to write every decision down in, at its end; made if need be. It stays when the run fails. */
  readonly audit?: string | undefined;
}

/**
 * Prunes a model file: runs the pipeline, compares the result with the original, and writes both the result and the report
 * when the held-out loss is within the budget. Nothing is written otherwise, and nothing is ever there half.
 *
 * @throws SenteiError those of `preparePasses`, `readModel` and `readSplits`; `output-unwritable`; `audit-broken`;
 *   `runtime-failed` or `runtime-timeout` when ONNX Runtime fails or the result does not run where the original does;
 *   `budget-exceeded`; `cancelled`
 */
export async function prune(options: PruneOptions): Promise<Report> {
  const { signal: _, listener: __, instruments: ___, factories: ____, ...told } = options;
  const { audit: path, signal } = options;
  return withAudit({ path, command: 'prune', options: told, signal }, (audit) =>
    pruneAudited(options, audit),
  );
}

async function pruneAudited(options: PruneOptions, audit: Audit): Promise<Report> {
  const startedAt = new Date();
  const { model: path, out, signal, budget: asked, threads = 2, validation: effort = 'full' } = options;
  const { verify = 'each', seed = 0, stopAfter, data, heldout, target = 'cpu', provider } = options;
  const maxDrop = asked?.maxDrop ?? options.maxDrop ?? 0.01;
  const { steps, plugins, make } = await preparePasses(options);
  const passes = make();
  const warnings: string[] = [];
  const listener = recordWarnings(options.listener ?? SILENT, warnings);

  const recording = { model: path, steps, plugins, listener, seed, verify, stopAfter: stopAfter ?? null };
  const settings = { maxDrop, threads, data: absolute(data), heldout: absolute(heldout) };
  const instruments = [...(audit.log ? [watchPipeline(audit.log)] : []), ...(options.instruments ?? [])];
  if (options.reproducer !== undefined) {
    instruments.push(await recordFailure({ ...recording, folder: options.reproducer, settings }));
  }

  return withOutputFolder(out, path, async (staging) => {
    const card = isCard(data) ? data : undefined;
    const splits = data === undefined || card ? undefined : await readSplits({ data, heldout });
    listener.step(`reading ${path}`);
    const model = await readModel(path);
    assertValid(model);
    const facts = await readFileFacts(path);
    audit.append('model-read', { ...facts });
    for (const file of new Set([data, heldout])) {
      if (file !== undefined)
        audit.append('data-opened', { ...(await readFileFacts(file)), splits: splits?.ranges });
    }
    // Reading a large model holds up a signal, which has got through by now.
    throwIfCancelled(signal);
    const source = { ...facts, ...describeModel(model) };
    const survey = surveyAnatomy(model);
    warnAboutExternalData(source, listener);
    const judging = await prepareJudge({
      model: path,
      passes,
      splits,
      card,
      heldout,
      folder: staging.trials,
      threads,
      signal,
    });
    for (const warning of judging.warnings) listener.warn(warning);

    // Starts no process unless a pass asks it for something.
    await using executor = createExecutor({ signal });
    const { confidence } = asked ?? {};
    const calibration =
      data === undefined ? undefined : openCalibrator({ model: path, data, heldout, listener, signal });
    const running = { judge: judging.judge, executor, calibration, maxDrop, confidence, listener, signal };
    const records = await runPasses(model, passes, { ...running, verify, seed, stopAfter, instruments });
    throwIfCancelled(signal);
    const isChanged = records.some(({ patches }) => patches.some(({ decision }) => decision === 'applied'));
    const candidate = await writeCandidate(model, path, isChanged, staging);

    const files = { original: path, candidate, heldout: judging.heldout, data: judging.data, budget: asked };
    const validation = await validateResult({
      ...files,
      threads,
      effort,
      target,
      provider,
      isChanged,
      listener,
      signal,
    });
    checkFidelity(validation, records, listener);
    const figures = [sizeFigure(await describeFile(path), await describeFile(candidate))];
    const held = holdBudget({ validation, figures, maxDrop, budget: asked });
    if (held.verdict !== undefined) writeVerdict(audit, held.verdict);
    refuseOverBudget(held, records);
    const tiles = await measureTiles({
      candidate,
      heldout: judging.heldout,
      validation,
      folder: staging.trials,
      threads,
      listener,
      signal,
    });

    const reach = await measureReach({
      original: path,
      records,
      heldout: judging.heldout,
      data: judging.data,
      validation,
      effort,
      folder: staging.trials,
      threads,
      listener,
      signal,
    });

    const machine = await machineOrNull();
    throwIfCancelled(signal);
    const place = join(out, MODEL_FILE);
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
      options: { maxDrop, threads, target, validation: effort, verify, seed, stopAfter: stopAfter ?? null },
      plugins: listPlugins(plugins),
      pipeline: { text: printPipeline(steps), steps: pipelineToJson(steps) },
      data: splits?.ranges ?? null,
      source,
      result: { ...(await readFileFacts(candidate, place)), ...describeModel(model) },
      anatomy: survey.outcome(records),
      tiles,
      reach,
      passes: records,
      validation,
      ...held,
      warnings,
    };
    await writeFileWhole(join(staging.result, PAGE_FILE), await drawPage({ report }));
    await writeFileWhole(join(staging.result, REPORT_FILE), printReport(report));
    await staging.publish();
    const { path: written, fileBytes, sha256 } = report.result;
    audit.append('file-written', { path: written, fileBytes, sha256 });
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
  await writeModel(model, candidate, { durable: true });
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

/** A reproducer is run from anywhere. */
function absolute(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
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
