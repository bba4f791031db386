import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const CHECKPOINT = 'checkpoints/fox-pro-6l';

/**
 * Turns the options of the Nx target into arguments of the `sentei` command.
 *
 * @param {readonly string[]} args options as Nx hands them on: `--name=value`, or `--name` and the words of its value,
 *   which Nx does not quote when there is a `=` in them
 * @param {string} workspace root of the workspace, where the default checkpoint lies
 * @param {string} folder the folder that relative paths are meant from; the workspace is tried next
 * @returns {string[]}
 */
export function pruneArguments(args, workspace, folder) {
  const options = readOptions(args);
  const isDefault = !options.has('model');
  if (isDefault) options.set('model', join(workspace, CHECKPOINT, 'model.onnx'));
  if (isDefault && !options.has('data')) {
    options.set('data', join(workspace, CHECKPOINT, 'calibration.txt'));
    if (!options.has('heldout')) options.set('heldout', join(workspace, CHECKPOINT, 'heldout.txt'));
  }
  if (!options.has('out')) options.set('out', join(workspace, 'out'));
  for (const name of ['model', 'data', 'heldout', 'out']) {
    const path = options.get(name);
    if (path) options.set(name, find(path, workspace, folder));
  }
  const model = options.get('model') ?? '';
  options.delete('model');
  const flags = [...options].flatMap(([name, value]) =>
    value === undefined ? [`--${name}`] : [`--${name}=${value}`],
  );
  return ['prune', ...flags, '--', model];
}

/** @param {readonly string[]} args */
export function readOptions(args) {
  /** @type {Map<string, string | undefined>} */
  const options = new Map();
  let open = '';
  for (const arg of args) {
    const match = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg);
    if (match?.[1] !== undefined) {
      open = match[1];
      options.set(open, match[2]);
    } else if (open !== '') {
      const before = options.get(open);
      options.set(open, before === undefined ? arg : `${before} ${arg}`);
    } else {
      options.set('model', arg);
    }
  }
  return options;
}

/**
 * @param {string} path
 * @param {string} workspace
 * @param {string} folder
 */
export function find(path, workspace, folder) {
  const meant = [resolve(folder, path), resolve(workspace, path)];
  const found = meant.find((place) => existsSync(place)) ?? meant[0] ?? path;
  // Tasks run in the workspace root: messages stay short for what lies in it.
  const short = relative(workspace, found);
  return short.startsWith('..') || short === '' ? found : short;
}
