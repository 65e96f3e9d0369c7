import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { ToolResult } from './run-tool.ts';

/** The error for a builder that ended with a failure: its last lines, and what usually helps. */
export function buildFailure(tool: string, result: Pick<ToolResult, 'exitCode' | 'stdout' | 'stderr'>): CutwaterError {
  const said = `${new TextDecoder().decode(result.stdout)}\n${result.stderr}`;
  const lines = said.split(/\r?\n/).filter((line) => line.trim() !== '');
  const how = result.exitCode < 0 ? 'was killed' : `ended with exit code ${result.exitCode}`;
  const emulation = /exec format error|exec user process caused/i.test(said);
  return new CutwaterError('BUILD_FAILED', `Cannot build the image: ${quote(tool)} ${how}`, {
    details: lines.slice(-20).map((line) => escapeText(line).slice(0, 400)),
    hint: emulation
      ? 'Install emulation for the other platform (qemu-user with binfmt), or build it on a native builder'
      : 'Read the output above, mend the Dockerfile or the builder, and run the same command again',
  });
}
