import { join } from 'node:path';
import { type Model, SenteiError, writeModel } from '@sentei/ir';
import {
  compareOutputs,
  type Engine,
  type OutputComparison,
  startEngine,
  synthesizeInputs,
} from '@sentei/runtime';
import { isExact } from './check-result.ts';
import { runCommand } from './run-command.ts';

/** What a model can be asked for: that the graph is valid, that it runs, that it computes what the original does. */
export const PROPERTIES = ['verify', 'loads', 'agrees'] as const;

export type PropertyName = (typeof PROPERTIES)[number];

export interface PropertySettings {
  readonly property: PropertyName;
  /** A command that ends with 0 for models that have the property, instead of one of those above. */
  readonly command?: string | undefined;
  /** Largest absolute error of an output that still agrees. Default: as much as rounding does. */
  readonly tolerance?: number | undefined;
  /** The original's model file. */
  readonly original: string;
  /** Folder for the models that are tried. */
  readonly scratch: string;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

export type HoldsFor = (model: Model) => Promise<boolean>;

/**
 * Makes a property ready for use, the original's outputs included where they are needed.
 *
 * @throws SenteiError `runtime-failed` and others when the original does not run where it has to; `cancelled`
 */
export async function withProperty<Result>(
  settings: PropertySettings,
  work: (holds: HoldsFor) => Promise<Result>,
): Promise<Result> {
  const { property, command, tolerance, original, scratch, threads, signal } = settings;
  const written = async (model: Model) => {
    const path = join(scratch, 'trial.onnx');
    await writeModel(model, path);
    return path;
  };
  if (command !== undefined) return work(async (model) => runCommand(command, await written(model), signal));
  if (property === 'verify') return work(async () => true);
  const engine = await startEngine({ threads, signal });
  try {
    if (property === 'loads') {
      return await work(async (model) =>
        unlessRefused(async () => (await run(engine, await written(model))) !== undefined),
      );
    }
    const expected = await run(engine, original);
    return await work((model) =>
      unlessRefused(async () => {
        const found = await run(engine, await written(model));
        return Object.values(compareOutputs(expected, found)).every((output) => isClose(output, tolerance));
      }),
    );
  } finally {
    await engine.close();
  }
}

async function run(engine: Engine, path: string) {
  const session = await engine.load(path);
  try {
    return await session.run(synthesizeInputs(session.inputs));
  } finally {
    await session.release();
  }
}

function isClose(output: OutputComparison, tolerance: number | undefined): boolean {
  if (tolerance === undefined) return isExact(output);
  const { maximumAbsoluteError, nanMismatches, infinityMismatches } = output;
  return maximumAbsoluteError <= tolerance && nanMismatches === 0 && infinityMismatches === 0;
}

/** A model that ONNX Runtime refuses, or whose outputs are others, does not have the property. */
async function unlessRefused(check: () => Promise<boolean>): Promise<boolean> {
  try {
    return await check();
  } catch (error) {
    const lost = ['runtime-failed', 'runtime-timeout', 'invalid-data', 'unsupported-model'];
    if (error instanceof SenteiError && lost.includes(error.code)) return false;
    throw error;
  }
}
