/**
 * A process that tries one execution provider: it makes a session on a model given in base64, runs it, and says how it went.
 * ONNX Runtime may crash or hang here; what it writes says why a provider cannot be loaded, which its errors do not.
 */
import { Worker } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { ProbeReply } from './try-provider.ts';

const WARNING = 2;

const words = z.tuple([z.string(), z.string()]);

async function tryProvider(provider: string, model: Uint8Array): Promise<ProbeReply> {
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: WARNING,
    });
    const [input = ''] = session.inputNames;
    const [output = ''] = session.outputNames;
    const results = await session.run({ [input]: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
    const found = Array.from<unknown>(results[output]?.data ?? []);
    if (found.join() === '2,4,6,8') return { works: true };
    return { works: false, message: `1, 2, 3 and 4 were doubled to ${found.join(', ')}` };
  } catch (error) {
    return { works: false, message: error instanceof Error ? error.message : String(error) };
  }
}

process.on('disconnect', () => process.exit());
new Worker(new URL('../process/watchdog.js', import.meta.url), {
  workerData: process.ppid,
  execArgv: [],
}).unref();
process.on('SIGINT', () => {});
const [provider, model] = words.parse(process.argv.slice(2));
process.send?.(await tryProvider(provider, Buffer.from(model, 'base64')));
process.disconnect?.();
