import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { SenteiError } from '../errors.ts';
import { makeFolders, removeEmptyFolders } from '../file/folders.ts';
import { writeFileWhole } from '../file/stage.ts';
import { writeModel } from '../file/write-model-file.ts';
import type { Model } from '../graph/model.ts';
import type { PassFailure } from './instrument.ts';
import type { PipelineStep } from './pipeline.ts';
import { pipelineToJson } from './pipeline-json.ts';
import { parsePipeline, printPipeline } from './pipeline-text.ts';

const MODEL_FILE = 'model.onnx';
const PIPELINE_FILE = 'pipeline.json';
const ERROR_FILE = 'error.txt';

const failureSchema = z.strictObject({
  /** That of a SenteiError, or the name of the error's class. */
  code: z.string(),
  message: z.string(),
  pass: z.string(),
  place: z.string(),
  run: z.int(),
  /** Number of the patch at work, or of the one that would have come next: `stopAfter` one less ends before it. */
  number: z.int(),
  patch: z.string().nullable(),
});

const reproducerSchema = z.strictObject({
  version: z.literal(1),
  pipeline: z.strictObject({ text: z.string(), steps: z.unknown() }),
  plugins: z.array(z.strictObject({ package: z.string(), version: z.string() })),
  seed: z.int(),
  verify: z.enum(['each', 'pass', 'none']),
  stopAfter: z.int().min(0).nullable(),
  /** What else the one who ran the pipeline needs to run it again, such as paths of data. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  software: z.record(z.string(), z.string()),
  model: z.strictObject({ sha256: z.string() }),
  failure: failureSchema,
});

/** What went wrong, in a form that two failures can be compared by. */
export type FailureFacts = z.infer<typeof failureSchema>;

/** Everything about a failed run of a pipeline but the model. */
export type ReproducerFacts = Omit<z.infer<typeof reproducerSchema>, 'version' | 'pipeline' | 'model'> & {
  readonly steps: readonly PipelineStep[];
};

export interface Reproducer extends ReproducerFacts {
  /** Path of the model as it was before the pipeline. */
  readonly model: string;
}

/** Describes a failure for a reproducer. */
export function failureFacts({ error, pass, place, run, number, patch }: PassFailure): FailureFacts {
  const isError = error instanceof Error;
  return {
    code: error instanceof SenteiError ? error.code : isError ? error.name : 'unknown',
    message: isError ? error.message : String(error),
    pass: pass.id,
    place,
    run,
    number,
    patch: patch?.name ?? null,
  };
}

/** Whether two runs failed at the same place for the same reason. */
export function isSameFailure(a: FailureFacts, b: FailureFacts): boolean {
  return failureSchema.keyof().options.every((field) => a[field] === b[field]);
}

/**
 * Writes a folder that holds a failed run: `model.onnx` as it was before the pipeline, with its external data,
 * `pipeline.json` and `error.txt`. The folder appears whole or not at all, and nothing is ever written over.
 *
 * @param model as it was before the pipeline
 * @param trace what is known about the error, for people
 * @throws SenteiError `output-unwritable` when something is there already or cannot be written
 */
export async function writeReproducer(
  folder: string,
  model: Model,
  facts: ReproducerFacts,
  trace: string,
): Promise<void> {
  const target = resolve(folder);
  await refuseExisting(target, folder);
  const parent = dirname(target);
  const created = await makeFolders(parent).catch((cause) => {
    throw unwritable(folder, cause);
  });
  const beside = join(parent, `.${randomUUID()}.part`);
  try {
    await mkdir(beside);
    await writeModel(model, join(beside, MODEL_FILE));
    const { steps, ...rest } = facts;
    const content = {
      version: 1,
      pipeline: { text: printPipeline(steps), steps: pipelineToJson(steps) },
      ...rest,
      model: { sha256: await hashOf(join(beside, MODEL_FILE)) },
    };
    await writeFileWhole(join(beside, PIPELINE_FILE), `${JSON.stringify(content, null, 2)}\n`);
    await writeFileWhole(join(beside, ERROR_FILE), trace.endsWith('\n') ? trace : `${trace}\n`);
    await refuseExisting(target, folder);
    await rename(beside, target);
  } catch (cause) {
    await rm(beside, { recursive: true, force: true });
    if (created !== undefined) await removeEmptyFolders(parent, created);
    throw cause instanceof SenteiError ? cause : unwritable(folder, cause);
  }
}

/**
 * Reads what `writeReproducer` wrote.
 *
 * @throws SenteiError `file-missing` or `file-unreadable`; `invalid-data` when it is no reproducer of this version or the
 *   model is not the one that was written; `pipeline-syntax`
 */
export async function readReproducer(folder: string): Promise<Reproducer> {
  const path = join(folder, PIPELINE_FILE);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' || cause.code === 'ENOTDIR' ? 'file-missing' : 'file-unreadable';
    throw new SenteiError(
      code,
      `${folder} is no reproducer: ${PIPELINE_FILE} cannot be read (${cause.code})`,
      {
        subject: path,
        hint: 'give the folder that --reproducer wrote',
        cause,
      },
    );
  });
  const content = reproducerSchema.safeParse(parseJson(text));
  if (!content.success) {
    const [issue] = content.error.issues;
    throw invalid(path, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { pipeline, model, version: _version, ...facts } = content.data;
  const modelPath = join(folder, MODEL_FILE);
  const hash = await hashOf(modelPath).catch(() => undefined);
  if (hash !== model.sha256) throw invalid(modelPath, 'the model is missing or not the one that was written');
  return { ...facts, steps: parsePipeline(pipeline.text), model: modelPath };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function refuseExisting(target: string, folder: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return;
  throw new SenteiError('output-unwritable', `${folder} is there already`, {
    subject: folder,
    hint: 'name a folder that does not exist: reproducers are never written over',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(path: string, fault: string): SenteiError {
  return new SenteiError('invalid-data', `${path} is no reproducer that can be run: ${fault}`, {
    subject: path,
    hint: 'give a folder that --reproducer wrote, as it was written',
  });
}

function unwritable(folder: string, cause: unknown): SenteiError {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new SenteiError('output-unwritable', `${folder} cannot be written (${why})`, {
    subject: folder,
    hint: 'name a folder that may be written to',
    cause,
  });
}
