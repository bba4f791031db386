/**
 * Findings are written down by the target itself, once per place in the code, and the run goes on: one defect does not
 * hide the others. Only hangs and a full memory end the process; `run.mjs` starts the next.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stays the same between two inputs that hit one defect. @param {unknown} error @returns {string} */
export function signatureOf(error) {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /packages\/[^/]+\/(dist|src)\//.test(line));
  // Where the stack overflows is a matter of chance.
  const place = error instanceof RangeError && /call stack/.test(error.message) ? 'stack' : frames[0]?.trim();
  return `${error.name}: ${error.message.replaceAll(/'.*'/gs, '').replaceAll(/\d+/g, 'N').slice(0, 80)} ${place ?? ''}`;
}

/**
 * @param {string} folder
 * @param {string} target
 * @param {Uint8Array} bytes the input that shows the defect
 * @param {unknown} error
 */
export function writeFinding(folder, target, bytes, error) {
  const signature = signatureOf(error);
  const name = `${target}-${createHash('sha256').update(signature).digest('hex').slice(0, 12)}`;
  const place = join(folder, `${name}.${target === 'pipeline' || target === 'text' ? 'txt' : 'onnx'}`);
  if (existsSync(place)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(place, bytes);
  const stack = error instanceof Error ? error.stack : String(error);
  writeFileSync(join(folder, `${name}.reason`), `${signature}\n\n${stack}\n`);
}
