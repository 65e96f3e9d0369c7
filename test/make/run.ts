import type { ToolCall } from '../../src/adapters/process/run-tool.ts';
import { runTool } from '../../src/adapters/process/run-tool.ts';

/** Runs a program that must succeed; its output as text without the last line break. */
export async function run(call: ToolCall): Promise<string> {
  return new TextDecoder().decode(await runForBytes(call)).replace(/\n$/, '');
}

/** Runs a program that must succeed; its output as it is. */
export async function runForBytes(call: ToolCall): Promise<Uint8Array> {
  const result = await runTool({ timeoutSeconds: 60, ...call });
  if (result.exitCode !== 0)
    throw new Error(`${call.command} ${call.args.join(' ')} ended with ${result.exitCode}: ${result.stderr}`);
  return result.stdout;
}
