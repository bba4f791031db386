// One task of a calibration that is spread over shards: `task.mjs 3` runs the third, `task.mjs merge` joins all.
import { main } from '@sentei/cli';
import { mergeArguments, readPlan, shardArguments } from './plan.mjs';

const plan = readPlan(process.env);
if (plan === undefined) throw new Error('there is no plan: run nx run pass-pipeline:calibrate');
const [what] = process.argv.slice(2);
await main(what === 'merge' ? mergeArguments(plan) : shardArguments(plan, Number(what)));
