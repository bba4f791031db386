import { constants } from 'node:fs';
import { copyFile, type FileHandle, open } from 'node:fs/promises';

const PIECE = 2 ** 23;

/**
 * Copies a file of any size to a new one. Where the file system can share blocks between files nothing is copied; else
 * pieces pass through one buffer, and those of zeros become holes, as sparse files have them.
 *
 * @param durable whether to wait until the disk has it
 * @throws the error of the system, with its `code`
 */
export async function copyWhole(source: string, target: string, durable: boolean): Promise<void> {
  if (!(await cloneFile(source, target))) await copyPieces(source, target);
  if (!durable) return;
  const file = await open(target, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function cloneFile(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isUnsupported = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOSYS', 'EINVAL', 'ENOTTY'].includes(
      `${code}`,
    );
    if (isUnsupported) return false;
    throw error;
  }
}

async function copyPieces(source: string, target: string): Promise<void> {
  const from = await open(source, 'r');
  try {
    const to = await open(target, 'wx');
    try {
      await copyBetween(from, to);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function copyBetween(from: FileHandle, to: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(PIECE);
  const zeros = Buffer.alloc(PIECE);
  let at = 0;
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, PIECE, at);
    if (bytesRead === 0) break;
    const isHole = buffer.compare(zeros, 0, bytesRead, 0, bytesRead) === 0;
    for (let done = isHole ? bytesRead : 0; done < bytesRead; )
      done += (await to.write(buffer, done, bytesRead - done, at + done)).bytesWritten;
    at += bytesRead;
  }
  await to.truncate(at);
}
