import { SenteiError } from '../errors.ts';
import { loadPlugin, type Plugin } from './load-plugin.ts';
import type { PassFactory } from './pass.ts';
import { GROUPS } from './pass-group.ts';
import { isPassName, packageOf } from './pass-name.ts';
import type { PassSource, PipelineStep } from './pipeline.ts';

/**
 * The passes that pipelines can name: those that were registered by their id, `cleanup`, and those of packages that were
 * loaded by the package and their id, `@acme/passes:fuse`.
 */
export class PassRegistry implements PassSource {
  readonly #factories = new Map<string, PassFactory>();
  readonly #plugins = new Map<string, Plugin>();

  constructor(factories: Iterable<PassFactory> = []) {
    for (const factory of factories) this.register(factory);
  }

  /** The packages that were loaded, with their versions. */
  get plugins(): readonly Plugin[] {
    return [...this.#plugins.values()];
  }

  /**
   * Makes a pass known by its id.
   *
   * @throws SenteiError `invalid-plugin` when the id cannot stand in a pipeline or another pass has it
   */
  register(factory: PassFactory): this {
    const { id } = factory;
    const isTaken = this.#factories.has(id) || GROUPS.some((group) => group.id === id);
    if (!isTaken && isPassName(id) && packageOf(id) === undefined) {
      this.#factories.set(id, factory);
      return this;
    }
    throw new SenteiError(
      'invalid-plugin',
      `a pass cannot be called '${id}'${isTaken ? ': there is one already' : ''}`,
      {
        subject: id,
        hint: 'give it an id of its own, of letters, digits and dashes',
      },
    );
  }

  /**
   * Loads a package and makes its passes known as `package:id`, and by their id alone where no other pass has it.
   *
   * @param folder where the package is looked up, as a module in that folder would find it
   * @throws SenteiError `invalid-plugin`
   */
  async load(packageName: string, folder: string): Promise<Plugin> {
    const loaded = this.#plugins.get(packageName) ?? (await this.#loadOnce(packageName, folder));
    for (const factory of loaded.factories) {
      const { id } = factory;
      if (!this.#factories.has(id) && !GROUPS.some((group) => group.id === id))
        this.#factories.set(id, factory);
    }
    return loaded;
  }

  /**
   * Loads the packages that a pipeline names. Their passes are known by package and id.
   *
   * @throws SenteiError `invalid-plugin`
   */
  async loadNamed(steps: readonly PipelineStep[], folder: string): Promise<void> {
    for (const name of packagesOf(steps)) if (!this.#plugins.has(name)) await this.#loadOnce(name, folder);
  }

  /** The factory of a pass, by its id or by package and id. */
  find(name: string): PassFactory | undefined {
    return this.#factories.get(name);
  }

  /** All names that `find` knows. */
  names(): readonly string[] {
    return [...this.#factories.keys()];
  }

  async #loadOnce(name: string, folder: string): Promise<Plugin> {
    const plugin = await loadPlugin(name, folder);
    this.#plugins.set(name, plugin);
    for (const factory of plugin.factories) this.#factories.set(`${name}:${factory.id}`, factory);
    return plugin;
  }
}

function packagesOf(steps: readonly PipelineStep[]): Set<string> {
  const names = new Set<string>();
  const rest = [...steps];
  for (let step = rest.pop(); step !== undefined; step = rest.pop()) {
    const name = packageOf(step.id);
    if (name !== undefined) names.add(name);
    for (const inner of step.steps ?? []) rest.push(inner);
  }
  return names;
}
