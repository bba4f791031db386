export { collapse } from './collapse.ts';
export { removeSubBlocks } from './remove.ts';
