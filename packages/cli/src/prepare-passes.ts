import {
  instantiatePipeline,
  type Pass,
  type PassFactory,
  PassRegistry,
  type PipelineStep,
  type Plugin,
  parsePipeline,
} from '@sentei/ir';
import { DEFAULT_PIPELINE, PASSES } from './passes.ts';

/** What a pipeline is made of. */
export interface PipelineSource {
  /** Passes in order; empty text is the empty pipeline. Default: {@link DEFAULT_PIPELINE}. */
  readonly pipeline?: string | undefined;
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
  const {
    pipeline = DEFAULT_PIPELINE,
    plugins = [],
    factories = PASSES,
    pluginFolder = process.cwd(),
  } = source;
  const steps = parsePipeline(pipeline);
  const registry = new PassRegistry(factories);
  for (const name of plugins) await registry.load(name, pluginFolder);
  await registry.loadNamed(steps, pluginFolder);
  const make = () => instantiatePipeline(steps, registry);
  make();
  return { steps, plugins: registry.plugins, make };
}

/** Packages with versions, as reports list them. */
export function listPlugins(plugins: readonly Plugin[]): { package: string; version: string }[] {
  return plugins.map(({ package: name, version }) => ({ package: name, version }));
}
