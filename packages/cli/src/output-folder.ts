import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { makeFolders, removeAtExit, removeEmptyFolders, SenteiError } from '@sentei/ir';
import { removeStaleStaging, stagingPrefix } from './stale-staging.ts';

export const MODEL_FILE = 'model.onnx';
export const REPORT_FILE = 'report.json';
export const PAGE_FILE = 'report.html';

/** A folder beside the final places of the files, so that they appear by rename. */
export interface Staging {
  /** What is in here is moved to the output folder by `publish`. */
  readonly result: string;
  /** Scratch space. */
  readonly trials: string;
  publish(): Promise<void>;
}

/**
 * Makes the output folder if need be and a staging folder in it for the time of `work`. The staging folder always goes
 * away; when `work` fails, so do the folders that were made.
 *
 * @param source the model file that must not be written over
 * @throws SenteiError `output-unwritable`, before any work is done; and what `work` throws
 */
export async function withOutputFolder<Result>(
  folder: string,
  source: string,
  work: (staging: Staging) => Promise<Result>,
): Promise<Result> {
  const created = await makeFolder(folder);
  let staging: string | undefined;
  const watches = foldersBetween(folder, created).map((place) => removeAtExit(place, { ifEmpty: true }));
  try {
    for (const name of [MODEL_FILE, PAGE_FILE, REPORT_FILE]) await checkTarget(join(folder, name), source);
    await removeStaleStaging(folder);
    staging = await makeStaging(folder);
    watches.push(removeAtExit(staging));
    const [result, trials] = [join(staging, 'result'), join(staging, 'trials')];
    await mkdir(result);
    await mkdir(trials);
    const publish = () => moveAll(result, folder, dirname(resolve(source)));
    return await work({ result, trials, publish });
  } catch (error) {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
    staging = undefined;
    if (created !== undefined) await removeEmptyFolders(folder, created);
    throw error;
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
    for (const settled of watches) settled();
  }
}

/** The folders that were made, the outermost first. */
function foldersBetween(folder: string, outermost: string | undefined): string[] {
  const places: string[] = [];
  if (outermost === undefined) return places;
  for (let place = resolve(folder); place.startsWith(outermost); place = dirname(place))
    places.unshift(place);
  return places;
}

/** The outermost folder that had to be made, if any. */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await makeFolders(folder);
  } catch (cause) {
    const isFile = await stat(folder).then(
      (found) => !found.isDirectory(),
      () => false,
    );
    throw unwritable(folder, isFile ? 'is a file, not a folder' : `cannot be made (${codeOf(cause)})`, cause);
  }
}

async function makeStaging(folder: string): Promise<string> {
  try {
    return await mkdtemp(join(folder, stagingPrefix()));
  } catch (cause) {
    throw unwritable(folder, `cannot be written to (${codeOf(cause)})`, cause);
  }
}

async function checkTarget(target: string, source: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory()) throw unwritable(target, 'is a folder');
  const origin = await stat(source).catch(() => undefined);
  if (found && origin && found.dev === origin.dev && found.ino === origin.ino) {
    throw new SenteiError('output-unwritable', `${target} is the model that is to be pruned`, {
      subject: target,
      hint: 'name another folder with --out: the source is never written over',
    });
  }
}

/** Moves data files first and the report last, so that a model is never there without what it needs. */
async function moveAll(result: string, folder: string, sourceFolder: string): Promise<void> {
  const entries = await readdir(result, { recursive: true, withFileTypes: true });
  const rank = (name: string) => [PAGE_FILE, MODEL_FILE, REPORT_FILE].indexOf(name);
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(result, join(entry.parentPath, entry.name)))
    .sort((a, b) => rank(a) - rank(b));
  for (const name of names) {
    const target = join(folder, name);
    // Weights of the source that are already in their place stay untouched.
    if (rank(name) < 0 && (await isSamePlace(target, join(sourceFolder, name)))) continue;
    try {
      await makeFolders(dirname(target));
      await rename(join(result, name), target);
    } catch (cause) {
      throw unwritable(target, `cannot be written (${codeOf(cause)})`, cause);
    }
  }
}

async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return first !== undefined && first === second;
}

function unwritable(path: string, fault: string, cause?: unknown): SenteiError {
  return new SenteiError('output-unwritable', `${path} ${fault}`, {
    subject: path,
    hint: 'name a folder that may be written to with --out',
    cause,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
