// Nx plugin: where a calibration is planned, the project has a target for each shard and one that merges them.
import { readPlan, shardsOf } from './plan.mjs';

const BUILD = { projects: ['cli'], target: 'build' };

/** @param {import('./plan.d.mts').Plan} plan */
function targetsOf(plan) {
  const shards = shardsOf(plan).map((shard) => [
    `calibrate-${shard}`,
    { command: `node tools/calibrate/task.mjs ${shard}`, cache: false, dependsOn: [BUILD] },
  ]);
  const merge = {
    command: 'node tools/calibrate/task.mjs merge',
    cache: false,
    dependsOn: shards.map(([name]) => name),
  };
  return Object.fromEntries([...shards, ['calibrate-merge', merge]]);
}

export const name = 'sentei-calibration-shards';

export const createNodesV2 = [
  'tools/package.json',
  /** @param {readonly string[]} files */
  (files) => {
    const plan = readPlan(process.env);
    return files.map((file) => [file, plan ? { projects: { tools: { targets: targetsOf(plan) } } } : {}]);
  },
];
