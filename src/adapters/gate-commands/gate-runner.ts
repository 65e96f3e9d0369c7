import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { escapeLines, quote } from '../../domain/quote.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { GateRunner } from '../../ports/gate-runner.ts';
import type { Git } from '../../ports/git.ts';
import { emptyEnvironment, runTool } from '../process/run-tool.ts';

export interface GateRunnerOptions {
  readonly git: Git;
  /** Makes a new, empty folder for the tree of a commit. */
  readonly newFolder: (name: string) => Promise<string>;
  /** Where logs are kept after the run. */
  readonly logFolder: string;
  /** An image name as a tool on this machine can pull it. */
  readonly pullName: (image: string) => Promise<string>;
  readonly signal: AbortSignal;
}

/**
 * Runs gates as commands of the project: no shell, an emptied environment (PATH, HOME of its own, SOURCE_COMMIT and
 * CANDIDATE_IMAGE), a time limit, and the output in a log file that stays.
 */
export function gateCommands(options: GateRunnerOptions): GateRunner {
  return {
    run: async (gate, subject, onOutput) => {
      const tree = await options.newFolder('gate');
      const home = await options.newFolder('home');
      await options.git.exportTree(subject.commit, tree);
      const image = subject.image === undefined ? undefined : await options.pullName(subject.image);
      const [command = '', ...args] = gate.command.map((word) =>
        image === undefined ? word : word.replaceAll('{image}', image),
      );
      await mkdir(options.logFolder, { recursive: true });
      const logFile = join(
        options.logFolder,
        `gate-${gate.name.replaceAll(/[^a-zA-Z0-9_-]/g, '-')}-${subject.commit.slice(0, 12)}.log`,
      );
      const log = createWriteStream(logFile);
      const env = {
        ...emptyEnvironment(),
        HOME: home,
        TMPDIR: home,
        SOURCE_COMMIT: subject.commit,
        ...(image === undefined ? {} : { CANDIDATE_IMAGE: image }),
      };
      const decoder = new TextDecoder();
      try {
        const result = await runTool({
          command,
          args,
          cwd: tree,
          env,
          timeoutSeconds: gate.timeoutSeconds,
          signal: options.signal,
          ownGroup: true,
          onOutput: (chunk) => {
            log.write(chunk);
            onOutput(escapeLines(decoder.decode(chunk, { stream: true })));
          },
        });
        if (result.timedOut)
          return { is: 'failed', reason: `${quote(command)} took longer than ${gate.timeoutSeconds} s`, logFile };
        if (result.exitCode !== 0)
          return { is: 'failed', reason: `${quote(command)} ended with exit code ${result.exitCode}`, logFile };
        return { is: 'passed' };
      } catch (error) {
        if (isCutwaterError(error, 'TOOL_MISSING'))
          return { is: 'failed', reason: `${quote(command)} is not installed`, logFile };
        throw error;
      } finally {
        log.end();
        await finished(log);
      }
    },
  };
}
