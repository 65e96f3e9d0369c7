import type { ToolCall } from '../src/adapters/process/run-tool.ts';
import { runTool } from '../src/adapters/process/run-tool.ts';

/** Runs a program that must end well; its output as text. */
export async function succeed(call: ToolCall): Promise<string> {
  const { exitCode, stdout, stderr } = await runTool(call);
  const said = Buffer.from(stdout).toString('utf8');
  if (exitCode === 0) return said;
  throw new Error(`${call.command} ${call.args.join(' ')} ended with ${exitCode}: ${stderr}${said}`);
}
