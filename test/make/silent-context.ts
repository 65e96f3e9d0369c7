import type { CliContext } from '../../src/cli/command.ts';
import { programVersion } from '../../src/cli/version.ts';

/** What the command line would give a command, with nobody who listens: for tests that call the engine themselves. */
export function silentContext(at: { readonly folder: string; readonly env: CliContext['env'] }): CliContext {
  const silent = { write: () => undefined };
  const plain = { isTty: false, columns: 80, color: false };
  return {
    cwd: at.folder,
    env: at.env,
    stdout: silent,
    stderr: silent,
    terminal: plain,
    narration: plain,
    options: { repo: at.folder, json: false, quiet: true, verbose: false, plain: true },
    signal: new AbortController().signal,
    version: programVersion,
  };
}
