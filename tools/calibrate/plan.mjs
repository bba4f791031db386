import { join } from 'node:path';
import { find, readOptions } from '../prune-arguments.mjs';

/** The environment variable that tells Nx tasks what to do: words of a user never pass through a shell. */
export const VARIABLE = 'SENTEI_CALIBRATION';

const CHECKPOINT = 'checkpoints/fox-pro-6l';
const MOST_SHARDS = 1000;

/**
 * @typedef {object} Plan
 * @property {number} shards how many there are
 * @property {string} out file for the merged statistics
 * @property {string[]} args what every shard is told
 */

/**
 * Turns the options of the Nx target into a plan: `--shards`, `--out`, `--model`, and all others as `sentei calibrate` takes them.
 *
 * @param {readonly string[]} args
 * @param {string} workspace root of the workspace, where the default checkpoint lies
 * @param {string} folder the folder that relative paths are meant from; the workspace is tried next
 * @returns {Plan}
 */
export function planCalibration(args, workspace, folder) {
  const options = readOptions(args);
  const shards = Number(options.get('shards') ?? 4);
  if (!(Number.isInteger(shards) && shards >= 1 && shards <= MOST_SHARDS))
    throw new Error(`--shards is a whole number from 1 to ${MOST_SHARDS}`);
  const isDefault = !options.has('model');
  if (isDefault && !options.has('data')) options.set('data', join(workspace, CHECKPOINT, 'calibration.txt'));
  for (const name of ['data', 'taps', 'cache']) {
    const path = options.get(name);
    if (path) options.set(name, find(path, workspace, folder));
  }
  const model = find(options.get('model') ?? join(workspace, CHECKPOINT, 'model.onnx'), workspace, folder);
  const out = find(options.get('out') ?? join(workspace, 'out', 'calibration.stats'), workspace, folder);
  for (const name of ['shards', 'model', 'out']) options.delete(name);
  const flags = [...options].map(([name, value]) =>
    value === undefined ? `--${name}` : `--${name}=${value}`,
  );
  return { shards, out, args: [...flags, '--', model] };
}

/**
 * The plan that a task or the plugin was handed.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Plan | undefined}
 */
export function readPlan(environment) {
  const text = environment[VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Numbers of the shards, from 1. @param {Plan} plan */
export function shardsOf({ shards }) {
  return Array.from({ length: shards }, (_, index) => index + 1);
}

/** The file of one shard. @param {Plan} plan @param {number} shard */
export function shardFile({ out, shards }, shard) {
  return `${out}.${shard}-of-${shards}`;
}

/** Words after `sentei` for one shard. @param {Plan} plan @param {number} shard */
export function shardArguments(plan, shard) {
  const place = [`--shard=${shard}/${plan.shards}`, `--out=${shardFile(plan, shard)}`];
  return ['calibrate', ...place, ...plan.args];
}

/** Words after `sentei` for the merge. @param {Plan} plan */
export function mergeArguments(plan) {
  const files = shardsOf(plan).map((shard) => shardFile(plan, shard));
  return ['calibrate', `--out=${plan.out}`, '--merge', ...files];
}
