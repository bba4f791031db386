import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SenteiError, writeFileWhole } from '@sentei/ir';
import {
  type Budget,
  decideVerdict,
  describeMachine,
  figuresOf,
  planRollout,
  printBudget,
  rolloutInput,
  runtimePackageVersion,
  type ValidationRecord,
  validatePair,
} from '@sentei/runtime';
import { type Audit, withAudit } from '../audit/with-audit.ts';
import { writeVerdict } from '../audit/write-verdict.ts';
import { readFileFacts } from '../file-facts.ts';
import { printJson } from '../json.ts';
import { type Listener, SILENT } from '../progress.ts';
import { refuseOverwriting } from '../refuse-overwriting.ts';
import { throwIfCancelled } from '../run-passes.ts';
import { gapsOf } from '../validate-result.ts';
import { senteiVersion } from '../versions.ts';
import { describeFile, sizeFigure } from './describe-file.ts';
import { type OpenedHeldout, openHeldout } from './open-heldout.ts';
import { parseShifts } from './parse-shifts.ts';

/** What `validate` compares, and what the pruned model has to hold. */
export interface ValidateOptions {
  /** ONNX files. */
  readonly original: string;
  readonly candidate: string;
  readonly budget: Budget;
  /** A dataset card or a text, of which the held-out part judges. */
  readonly data?: string | undefined;
  /** Another text that judges. */
  readonly heldout?: string | undefined;
  readonly metric?: string | undefined;
  /** As `noise=0.05,truncate=0.5,other.json`. */
  readonly shift?: string | undefined;
  /** Whether criteria pass that nothing could be measured for. */
  readonly allowUnknown?: boolean | undefined;
  /** Default: 2. */
  readonly threads?: number | undefined;
  readonly provider?: 'cpu' | 'cuda' | undefined;
  /** Whether CUDA may multiply in TensorFloat-32. Default: true, as ONNX Runtime does. */
  readonly tf32?: boolean | undefined;
  readonly effort?: 'full' | 'short' | undefined;
  /** A folder for `validation.json`, or a file whose name ends with `.json`. */
  readonly out?: string | undefined;
  readonly audit?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly listener?: Listener | undefined;
}

const RECORD_FILE = 'validation.json';

/**
 * Compares a pruned model with its original and holds the figures against a budget. A verdict of fail is a result, not an
 * error; the record is written in either case, whole or not at all.
 *
 * @throws SenteiError those of `readModel`, `openHeldout` and `validatePair`; `invalid-option` for shifts;
 *   `output-unwritable`, `audit-broken`; `runtime-failed` when ONNX Runtime cannot load the original; `cancelled`
 */
export async function validate(options: ValidateOptions): Promise<ValidationRecord> {
  const { signal, listener: _, ...told } = options;
  return withAudit({ path: options.audit, command: 'validate', options: told, signal }, (audit) =>
    validateAudited(options, audit),
  );
}

async function validateAudited(options: ValidateOptions, audit: Audit): Promise<ValidationRecord> {
  const startedAt = new Date().toISOString();
  const { budget, allowUnknown = false, threads = 2, effort = 'full', provider = 'cpu' } = options;
  const { signal, listener = SILENT } = options;
  const shifts = options.shift === undefined ? [] : parseShifts(options.shift);
  const target = await targetOf(options);

  listener.step(`reading ${options.original} and ${options.candidate}`);
  const original = await describeFile(options.original);
  const candidate = await describeFile(options.candidate);
  for (const facts of [original, candidate]) audit.append('model-read', { ...facts });
  throwIfCancelled(signal);

  let opened: OpenedHeldout | undefined;
  const { data, heldout, metric } = options;
  const needsMetric = budget.maxDrop !== undefined || budget.maxShiftDrop !== undefined;
  listener.step('comparing the models');
  const validation = await validatePair({
    original: options.original,
    candidate: options.candidate,
    data: async (signature) => {
      if (data === undefined) return undefined;
      opened = await openHeldout(signature, { data, heldout, metric, shifts, effort, needsMetric, signal });
      audit.append('data-opened', { ...opened.facts, shifts: shifts.map(({ text }) => text) });
      return opened.data;
    },
    memory: budget.maxMemoryRatio !== undefined,
    confidence: budget.confidence,
    executionProvider: provider,
    tf32: options.tf32,
    threads,
    effort,
    signal,
    onProgress: (progress) => listener.progress(progress),
  });
  if (validation.status === 'impossible') {
    throw new SenteiError('runtime-failed', `${options.original}: ${validation.reason}`, {
      subject: options.original,
      hint:
        provider === 'cpu'
          ? 'ONNX Runtime has to run the original for anything to be compared with it'
          : `sentei doctor says whether ${provider} starts here; --provider cpu compares without it`,
    });
  }
  const warnings = gapsOf(validation, data !== undefined);
  for (const warning of warnings) listener.warn(warning);

  const figures = [...figuresOf(validation), sizeFigure(original, candidate)];
  const verdict = decideVerdict(figures, budget, { allowUnknown });
  writeVerdict(audit, verdict);
  const input = rolloutInput(validation, budget, opened?.hasLabels ?? false);
  const record: ValidationRecord = {
    version: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    software: {
      sentei: senteiVersion(),
      onnxruntimeNode: await runtimePackageVersion(),
      node: process.versions.node,
    },
    machine: await describeMachine().catch(() => null),
    options: {
      budget,
      budgetText: printBudget(budget),
      allowUnknown,
      effort,
      threads,
      shifts: shifts.map(({ text }) => text),
    },
    original,
    candidate,
    data: opened?.facts ?? null,
    validation,
    verdict,
    rollout: planRollout(input, { confidence: budget.confidence }),
    warnings,
  };
  throwIfCancelled(signal);
  if (target !== undefined) {
    await writeFileWhole(target, printJson(record));
    audit.append('file-written', { ...(await readFileFacts(target)) });
  }
  return record;
}

/** The file that the record goes to; models and data are never written over. */
async function targetOf(options: ValidateOptions): Promise<string | undefined> {
  const { out, original, candidate, data, heldout } = options;
  if (out === undefined) return undefined;
  const isFile = out.endsWith('.json') && !(await isFolder(out));
  const target = isFile ? out : join(out, RECORD_FILE);
  await refuseOverwriting(target, [original, candidate, data, heldout]);
  return target;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
