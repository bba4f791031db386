import {
  instantiatePipeline,
  type Pass,
  type PassFactory,
  PassRegistry,
  type PipelineStep,
  type Plugin,
  parsePipeline,
  readPipelineJson,
  SenteiError,
} from '@sentei/ir';
import { defaultPipeline, PASSES, type Target } from './passes.ts';

/** What a pipeline is made of. */
export interface PipelineSource {
  /** Passes in order, as text or as JSON; empty text is the empty pipeline. Default: {@link defaultPipeline}. */
  readonly pipeline?: string | undefined;
  /** What the result is made for: passes of the default pipeline are told. Default: `cpu`. */
  readonly target?: Target | undefined;
  /** Packages whose passes can be named without the package. Those that the pipeline names are loaded as well. */
  readonly plugins?: readonly string[] | undefined;
  /** The passes that the pipeline can name. Default: all of Sentei's. */
  readonly factories?: readonly PassFactory[] | undefined;
  /** Where packages are looked up. Default: the working directory. */
  readonly pluginFolder?: string | undefined;
}

export interface PreparedPasses {
  readonly steps: readonly PipelineStep[];
  readonly plugins: readonly Plugin[];
  /** New passes each time. */
  make(): Pass[];
}

/**
 * Reads a pipeline, loads the packages it needs, and checks that its passes can be made. No other packages are loaded.
 *
 * @throws SenteiError as `parsePipeline`, `PassRegistry.load` and `instantiatePipeline`
 */
export async function preparePasses(source: PipelineSource): Promise<PreparedPasses> {
  const { target = 'cpu', plugins = [], factories = PASSES, pluginFolder = process.cwd() } = source;
  const { pipeline = defaultPipeline(target, factories) } = source;
  const steps = readPipeline(pipeline);
  const registry = new PassRegistry(factories);
  for (const name of plugins) await registry.load(name, pluginFolder);
  await registry.loadNamed(steps, pluginFolder);
  const make = () => instantiatePipeline(steps, registry);
  make();
  return { steps, plugins: registry.plugins, make };
}

/** No pipeline in the text form begins with a bracket. */
function readPipeline(text: string): PipelineStep[] {
  if (!text.trimStart().startsWith('[')) return parsePipeline(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SenteiError('pipeline-syntax', `the pipeline is no JSON: ${why}`, {
      hint: 'write it as the steps of a pipeline in a report, or in the text form: cleanup, acp{block=128}',
      cause,
    });
  }
  return readPipelineJson(json);
}

/** Packages with versions, as reports list them. */
export function listPlugins(plugins: readonly Plugin[]): { package: string; version: string }[] {
  return plugins.map(({ package: name, version }) => ({ package: name, version }));
}
