import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { coreVersion, formatVersion } from '../../domain/version.ts';
import type { ProgramOutcome } from '../../ports/program-starter.ts';
import { readProgram } from './read-program.ts';
import type { VerifyWorld } from '../world.ts';

/** What starting a program showed about its version. */
export interface StartedProgram {
  readonly is: 'right' | 'wrong' | 'not-started';
  /** A sentence that begins behind the program's name: `says 1.2.3 (by x86_64)`. */
  readonly says: string;
}

/**
 * Starts a program that was taken out of an image and listens for its version: that of the stable release, which a release
 * candidate has inside too. Programs that need a loader are left to gates, which start them in their image.
 */
export async function startBinary(
  { workspace, programs }: Pick<VerifyWorld, 'workspace' | 'programs'>,
  file: string,
  wanted: { readonly args: readonly string[]; readonly version: Version },
): Promise<StartedProgram> {
  const elf = await readProgram(workspace, file);
  if (elf.is === 'refused') return { is: 'not-started', says: `was not started: it ${elf.reason}` };
  const { interpreter, machine, runnable } = elf.value;
  if (!runnable) return { is: 'not-started', says: 'was not started: it is no program' };
  if (interpreter) return { is: 'not-started', says: 'was not started: it needs the libraries of its image' };
  const outcome = await programs.start({ file, machine, args: wanted.args });
  return judgeOutcome(outcome, formatVersion(coreVersion(wanted.version)));
}

/** `version` is `1.2.3`. */
export function judgeOutcome(outcome: ProgramOutcome, version: string): StartedProgram {
  if (outcome.is === 'not-started') return { is: 'not-started', says: `was not started: ${outcome.why}` };
  const { exitCode, output, by } = outcome;
  const line = output.split('\n').find((one) => one.trim() !== '');
  const shown = line === undefined ? 'nothing' : quote(line.trim().slice(0, 80));
  if (exitCode === -1)
    return { is: 'wrong', says: `did not end in time, or crashed, when asked for its version (by ${by})` };
  if (exitCode !== 0)
    return { is: 'wrong', says: `ends with ${exitCode} when asked for its version (by ${by}): ${shown}` };
  return namesVersion(output, version)
    ? { is: 'right', says: `says ${version} (by ${by})` }
    : { is: 'wrong', says: `does not say ${version} but ${shown} (by ${by})` };
}

/** As a word of its own: 1.2.3-rc.1, 11.2.3 and 1.2.30 are other versions. */
function namesVersion(output: string, version: string): boolean {
  return output.split(/[^0-9A-Za-z.+-]+/).some((word) => word.replace(/^v/, '').replace(/\.$/, '') === version);
}
