import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';

/**
 * Runs the commands of a build, one after the other, in the source tree. They see SOURCE_DATE_EPOCH, and a home and a
 * temporary folder of their own that are gone afterwards; nothing else of our environment but PATH. Throws BUILD_FAILED
 * with the end of the output, TOOL_MISSING and INTERRUPTED.
 */
export async function prepareSource(
  sourceFolder: string,
  commands: readonly (readonly string[])[],
  { sourceDateEpoch, signal }: { readonly sourceDateEpoch: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  if (commands.length === 0) return;
  const own = await mkdtemp(join(tmpdir(), 'cutwater-prepare-'));
  try {
    const home = join(own, 'home');
    const temporary = join(own, 'tmp');
    await mkdir(home);
    await mkdir(temporary);
    const env = { ...emptyEnvironment(), SOURCE_DATE_EPOCH: String(sourceDateEpoch), HOME: home, TMPDIR: temporary };
    for (const [command = '', ...args] of commands) {
      if (command === '') throw new CutwaterError('BUILD_FAILED', 'Cannot prepare the build: a command is empty');
      const call = { command, args, cwd: sourceFolder, env, ownGroup: true };
      const result = await runTool(signal === undefined ? call : { ...call, signal });
      if (result.exitCode === 0) continue;
      const output = result.stderr.trim() === '' ? Buffer.from(result.stdout).toString('utf8') : result.stderr;
      throw new CutwaterError(
        'BUILD_FAILED',
        `Cannot prepare the build: ${quote([command, ...args].join(' '))} ended with exit code ${result.exitCode}`,
        {
          details: lastLines(output),
        },
      );
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

function lastLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-20)
    .map((line) => escapeText(line));
}
