import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolve } from 'import-meta-resolve';
import { z } from 'zod';
import { SenteiError } from '../errors.ts';
import type { PassFactory } from './pass.ts';
import { isPackageName, isPassName, packageOf } from './pass-name.ts';

/** The passes of a package. */
export interface Plugin {
  readonly package: string;
  /** Empty when its package.json does not say. */
  readonly version: string;
  readonly factories: readonly PassFactory[];
}

/**
 * Imports a package and takes the passes it exports: each export that is a pass, and each element of an export called
 * `passes`. The package is looked up as Node does for a module in the folder, so it has to be installed there.
 * Importing a package runs its code: only packages that the user names may be loaded.
 *
 * @throws SenteiError `invalid-plugin` when the name is no package, the package is not installed or fails while it is
 *   imported, exports no pass, or a `passes` that holds something else
 */
export async function loadPlugin(name: string, folder: string): Promise<Plugin> {
  if (!isPackageName(name) || isBuiltin(name)) {
    throw invalid(
      name,
      `'${name}' is not the name of an npm package`,
      'install the passes as a package and name that',
    );
  }
  const url = locate(name, folder);
  const exported = await importModule(name, url);
  const factories = factoriesOf(name, exported);
  return { package: name, version: await versionOf(name, url), factories };
}

function locate(name: string, folder: string): string {
  try {
    return resolve(name, pathToFileURL(join(resolvePath(folder), 'noname.js')).href);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw invalid(
      name,
      `package ${name} cannot be found from ${folder} (${why})`,
      `install it there: npm install ${name}`,
      cause,
    );
  }
}

async function importModule(name: string, url: string): Promise<Record<string, unknown>> {
  try {
    return await import(/* @vite-ignore */ url);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      name,
      `package ${name} fails while it is imported: ${why}`,
      'report it to its authors',
      cause,
    );
  }
}

function factoriesOf(name: string, exported: Record<string, unknown>): PassFactory[] {
  const { passes } = exported;
  if (passes !== undefined && !Array.isArray(passes)) {
    throw invalid(name, `package ${name} exports a 'passes' that is no list`, EXPECTED);
  }
  const listed: readonly unknown[] = passes ?? [];
  const misfit = listed.findIndex((element) => !isPassFactory(element));
  if (misfit >= 0)
    throw invalid(name, `package ${name} exports passes, of which number ${misfit + 1} is none`, EXPECTED);
  const factories = new Set([...Object.values(exported), ...listed].filter(isPassFactory));
  const seen = new Set<string>();
  for (const { id } of factories) {
    if (seen.has(id)) throw invalid(name, `package ${name} exports two passes called ${id}`, EXPECTED);
    seen.add(id);
  }
  if (factories.size === 0) throw invalid(name, `package ${name} exports no pass`, EXPECTED);
  return [...factories];
}

const EXPECTED = 'a package exports what definePass returns, each by name or all in a list called passes';

/** By its form, since a package may bring another copy of this one. */
export function isPassFactory(value: unknown): value is PassFactory {
  if (typeof value !== 'function' || !('id' in value) || !('description' in value) || !('schema' in value))
    return false;
  const { id, description, schema } = value;
  const isNamed = typeof id === 'string' && isPassName(id) && packageOf(id) === undefined;
  return (
    isNamed &&
    typeof description === 'string' &&
    typeof schema === 'object' &&
    schema !== null &&
    'shape' in schema
  );
}

const packageJson = z.object({ name: z.string().optional(), version: z.string().optional() });

/** Of the package.json above the module; that of a folder in between has no name. */
async function versionOf(name: string, url: string): Promise<string> {
  let folder = dirname(fileURLToPath(url));
  for (let parent = dirname(folder); parent !== folder; folder = parent, parent = dirname(folder)) {
    const found = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const content = packageJson.safeParse(JSON.parse(found));
    if (content.data?.name === name) return content.data.version ?? '';
  }
  return '';
}

function invalid(subject: string, message: string, hint: string, cause?: unknown): SenteiError {
  return new SenteiError('invalid-plugin', message, { subject, hint, cause });
}
