/** A program to be started once. It is the project's own: what it may reach is not limited. */
export interface ProgramCall {
  /** Where its bytes are: an ELF file, since the system takes anything else for a shell script. */
  readonly file: string;
  /** As uname says it: `x86_64`. */
  readonly machine: string;
  readonly args: readonly string[];
}

export type ProgramOutcome =
  | {
      readonly is: 'ended';
      /** -1 where a signal or the time limit ended it. */
      readonly exitCode: number;
      /** stdout, then stderr; cut. */
      readonly output: string;
      /** What ran it: `x86_64`, or `qemu-aarch64`. */
      readonly by: string;
    }
  | { readonly is: 'not-started'; readonly why: string };

/** Starts static programs of this machine, and of others where an emulator is installed. */
export interface ProgramStarter {
  /** The program sees an empty environment and an empty folder, and has 30 seconds. */
  start(call: ProgramCall): Promise<ProgramOutcome>;
}
