import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCutwaterError } from '../../domain/error.ts';
import type { ProgramCall, ProgramOutcome, ProgramStarter } from '../../ports/program-starter.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';

/** `architecture` is this machine's, as Node says it. */
export function programStarter({
  architecture = process.arch,
  signal,
}: {
  readonly architecture?: string;
  readonly signal?: AbortSignal;
}): ProgramStarter {
  return {
    async start(call) {
      const folder = await mkdtemp(join(tmpdir(), 'cutwater-start-'));
      try {
        await chmod(call.file, 0o700);
        return await startHere(call, { folder, signal, isNative: machines[architecture] === call.machine });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

interface Place {
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
  readonly isNative: boolean;
}

async function startHere({ file, machine, args }: ProgramCall, place: Place): Promise<ProgramOutcome> {
  if (place.isNative) {
    const result = await attempt(file, args, place);
    return result === undefined
      ? { is: 'not-started', why: 'the system does not start files in the temporary folder' }
      : endedBy(machine, result);
  }
  const emulators = [`qemu-${machine}-static`, `qemu-${machine}`];
  for (const emulator of emulators) {
    const result = await attempt(emulator, [file, ...args], place);
    if (result !== undefined) return endedBy(emulator, result);
  }
  return { is: 'not-started', why: `this machine is another, and there is no ${emulators.join(' or ')}` };
}

/** Undefined where there is no such program, or the system does not start it. */
async function attempt(command: string, args: readonly string[], place: Place): Promise<ToolResult | undefined> {
  const { folder, signal } = place;
  try {
    return await runTool({
      command,
      args,
      cwd: folder,
      env: { ...emptyEnvironment(), HOME: folder },
      timeoutSeconds: 30,
      ownGroup: true,
      maxOutputBytes: 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (isCutwaterError(error) && (error.code === 'TOOL_MISSING' || isNotStartable(error.cause))) return undefined;
    throw error;
  }
}

/** A folder mounted without the right to start programs. */
function isNotStartable(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
}

function endedBy(by: string, { exitCode, stdout, stderr }: ToolResult): ProgramOutcome {
  const output = `${Buffer.from(stdout).toString('utf8')}\n${stderr}`.slice(0, 4096);
  return { is: 'ended', exitCode, output, by };
}

const machines: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', riscv64: 'riscv64', arm: 'arm' };
