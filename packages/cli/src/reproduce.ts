import {
  type FailureFacts,
  failureFacts,
  type Instrument,
  isSameFailure,
  type PassFactory,
  printPipeline,
  readModel,
  readReproducer,
  runPipeline,
  SenteiError,
} from '@sentei/ir';
import { preparePasses } from './prepare-passes.ts';
import { type Listener, SILENT } from './progress.ts';
import { software } from './record-failure.ts';
import { withTrialContext } from './trial-context.ts';

/** What `reproduce` runs. */
export interface ReproduceOptions {
  /** The folder that `--reproducer` wrote. */
  readonly folder: string;
  readonly factories?: readonly PassFactory[] | undefined;
  /** Where packages of passes are looked up. Default: the working directory. */
  readonly pluginFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly listener?: Listener | undefined;
}

/**
 * Runs a failed pipeline again, on the model it failed on.
 *
 * @returns how it fails, which is as it did
 * @throws SenteiError `not-reproduced` when it fails in another way or not at all; those of `readReproducer`,
 *   `preparePasses` and `readSplits`; `cancelled`
 */
export async function reproduce(options: ReproduceOptions): Promise<FailureFacts> {
  const { folder, factories, pluginFolder, signal, listener = SILENT } = options;
  const { steps, plugins, seed, verify, stopAfter, settings, model, failure, ...rest } =
    await readReproducer(folder);
  const names = plugins.map(({ package: name }) => name);
  const pipeline = printPipeline(steps);
  const prepared = await preparePasses({ pipeline, plugins: names, factories, pluginFolder });
  const used = Object.fromEntries(prepared.plugins.map(({ package: name, version }) => [name, version]));
  const written = Object.fromEntries(plugins.map(({ package: name, version }) => [name, version]));
  warnAboutVersions({ ...rest.software, ...written }, { ...software(), ...used }, listener);

  listener.step(`running ${pipeline}`);
  let found: FailureFacts | undefined;
  const passes = prepared.make();
  const data = { data: textOf(settings.data), heldout: textOf(settings.heldout) };
  const [maxDrop, threads] = [Number(settings.maxDrop ?? 0.01), Number(settings.threads ?? 2)];
  await withTrialContext({ model, passes, ...data, maxDrop, threads, listener, signal }, async (context) => {
    const watch: Instrument = {
      onFailure: (failed) => {
        found = failureFacts(failed);
      },
    };
    const running = { verify, seed, stopAfter: stopAfter ?? undefined, instruments: [watch] };
    try {
      await runPipeline(await readModel(model), passes, context, running);
    } catch (error) {
      if (found === undefined) throw error;
    }
  });
  if (found !== undefined && isSameFailure(failure, found)) return found;
  throw new SenteiError(
    'not-reproduced',
    `${folder} ${found === undefined ? 'does not fail' : `fails otherwise: ${describeFailure(found)}`}`,
    {
      subject: folder,
      hint: `it failed so: ${describeFailure(failure)}`,
    },
  );
}

/** One line about a failure. */
export function describeFailure({ pass, place, run, patch, number, code, message }: FailureFacts): string {
  const where = `pass ${pass} at ${place}, run ${run}`;
  return `${where}, ${patch === null ? 'between patches' : `patch '${patch}'`} (number ${number}): ${code}: ${message}`;
}

function warnAboutVersions(
  then: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  listener: Listener,
): void {
  for (const [name, version] of Object.entries(then)) {
    if (now[name] !== version) listener.warn(`${name} was ${version} and is ${now[name] ?? 'not there'}`);
  }
}

function textOf(value: string | number | boolean | null | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
