// `nx run pass-pipeline`: `sentei prune` with the default checkpoint and its texts where nothing else is named.
import { fileURLToPath } from 'node:url';
import { main } from '@sentei/cli';
import { pruneArguments } from './prune-arguments.mjs';

const workspace = fileURLToPath(new URL('..', import.meta.url));
// npx leaves the folder that the command was typed in here; Nx itself runs tasks in the workspace root.
const folder = process.env.INIT_CWD ?? workspace;
await main(pruneArguments(process.argv.slice(2), workspace, folder));
