import { shortNameOf } from '../../domain/image-name.ts';
import { companionVariable } from '../../policy/companion-variable.ts';
import type { GatePolicy } from '../../policy/gate-policy.ts';
import type { GateEnd, GateReportFile, GateRunner, GateSubject } from '../../ports/gate-runner.ts';
import type { Git } from '../../ports/git.ts';
import { emptyEnvironment } from '../process/run-tool.ts';
import type { GateLog } from './gate-log.ts';
import { newGateLog } from './gate-log.ts';
import { runGateProcess } from './gate-process.ts';
import { outputLines } from './output-lines.ts';
import { readReport, removeReport } from './report-file.ts';
import type { NamedSecret } from './secret-filter.ts';
import { secretFilter, withoutSecrets } from './secret-filter.ts';

export interface GateRunnerOptions {
  readonly git: Pick<Git, 'exportTree'>;
  /** Makes a new, empty folder for the tree of a commit. */
  readonly newFolder: (name: string) => Promise<string>;
  /** Where the logs of the last runs are kept. */
  readonly logFolder: string;
  /** An image name as a tool on this machine can pull it. */
  readonly pullName: (image: string) => Promise<string>;
  /** Where the variables that a gate names come from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What must never be seen, besides the values of the variables that a gate gets. */
  readonly secrets: readonly NamedSecret[];
  readonly signal: AbortSignal;
}

/**
 * Runs gates as commands of the project: no shell, no input, an emptied environment (PATH, a HOME of its own,
 * SOURCE_COMMIT, CANDIDATE_IMAGE, for each companion CANDIDATE_IMAGE_NAME, and the variables the gate names), a time
 * limit. Secrets are taken out of what is shown and logged.
 */
export function gateCommands(options: GateRunnerOptions): GateRunner {
  return {
    run: async (gate, subject, onOutput) => {
      const tree = await options.newFolder('gate');
      await options.git.exportTree(subject.commit, tree);
      if (gate.report !== undefined) await removeReport(tree, gate.report.path);
      const log = await newGateLog(options.logFolder, `gate-${gate.name}-${subject.commit.slice(0, 12)}`);
      return runIn(options, { gate, subject, onOutput, tree, log });
    },
  };
}

interface OpenedRun {
  readonly gate: GatePolicy;
  readonly subject: GateSubject;
  readonly onOutput: (text: string) => void;
  readonly tree: string;
  readonly log: GateLog;
}

async function runIn(options: GateRunnerOptions, run: OpenedRun): ReturnType<GateRunner['run']> {
  const { gate, subject, tree, log } = run;
  const images = await imagesOf(subject, options.pullName);
  const passed = passedVariables(gate, options.environment);
  const secrets = [...passed.map(([name, value]) => ({ name, value })), ...options.secrets];
  const [command = '', ...args] = gate.command.map((word) =>
    images.reduce((text, { placeholder, image }) => text.replaceAll(placeholder, () => image), word),
  );
  const home = await options.newFolder('home');
  const own = { HOME: home, TMPDIR: home, SOURCE_COMMIT: subject.commit };
  const filter = secretFilter(secrets);
  const lines = outputLines(run.onOutput);
  const write = (bytes: Uint8Array): void => {
    log.write(bytes);
    lines.add(bytes);
  };
  const startedAt = unixNow();
  log.write(Buffer.from(heading(run, { startedAt, given: passed.map(([name]) => name) })));
  try {
    const { ended, leftovers } = await runGateProcess({
      command,
      args,
      cwd: tree,
      env: {
        ...emptyEnvironment(),
        ...Object.fromEntries(passed),
        ...own,
        ...Object.fromEntries(images.map(({ variable, image }) => [variable, image])),
      },
      timeoutSeconds: gate.timeoutSeconds,
      signal: options.signal,
      onOutput: (chunk) => write(filter.push(chunk)),
    });
    write(filter.end());
    lines.end();
    const report = gate.report === undefined ? undefined : await readReport(tree, gate.report.path);
    const finishedAt = unixNow();
    log.write(Buffer.from(ending(ended, { seconds: finishedAt - startedAt, leftovers })));
    const digest = await log.close();
    const shown = report && redactReport(report, secrets);
    return {
      startedAt,
      finishedAt,
      ended,
      leftovers,
      log: { file: log.file, digest },
      tail: lines.tail(),
      report: shown,
    };
  } catch (error) {
    await log.close().catch(() => undefined);
    throw error;
  }
}

interface GivenImage {
  readonly placeholder: string;
  readonly variable: string;
  /** As a tool on this machine can pull it. */
  readonly image: string;
}

async function imagesOf(
  { image, companions = [] }: GateSubject,
  pullName: GateRunnerOptions['pullName'],
): Promise<readonly GivenImage[]> {
  const given: GivenImage[] = [];
  if (image !== undefined)
    given.push({ placeholder: '{image}', variable: 'CANDIDATE_IMAGE', image: await pullName(image) });
  for (const { name, image: own } of companions)
    given.push({
      placeholder: `{image:${shortNameOf(name)}}`,
      variable: companionVariable(name),
      image: await pullName(own),
    });
  return given;
}

/** The variables the gate names that are set here; a name without a value gives the gate nothing. */
function passedVariables(
  gate: GatePolicy,
  environment: GateRunnerOptions['environment'],
): readonly (readonly [string, string])[] {
  return gate.env.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function redactReport(report: GateReportFile, secrets: readonly NamedSecret[]): GateReportFile {
  return report.is === 'read' ? { ...report, bytes: withoutSecrets(report.bytes, secrets) } : report;
}

function heading(
  { gate, subject }: OpenedRun,
  { startedAt, given }: { readonly startedAt: number; readonly given: readonly string[] },
): string {
  const unset = gate.env.filter((name) => !given.includes(name));
  const lines = [
    `gate ${gate.name} on commit ${subject.commit}`,
    ...(subject.image === undefined ? [] : [`image ${subject.image}`]),
    ...(subject.companions ?? []).map(({ image }) => `image ${image}`),
    `command ${JSON.stringify(gate.command)}`,
    `started ${new Date(startedAt * 1000).toISOString()}`,
    ...(unset.length === 0 ? [] : [`not set here: ${unset.join(', ')}`]),
  ];
  return `${lines.map((line) => `# ${line}\n`).join('')}\n`;
}

function ending(
  ended: GateEnd,
  { seconds, leftovers }: { readonly seconds: number; readonly leftovers: readonly string[] },
): string {
  const how = { exit: 'exit code', signal: 'signal', 'time-limit': 'the time limit', 'not-started': 'no start' };
  const detail = ended.is === 'exit' ? ended.code : ended.is === 'signal' ? ended.signal : '';
  const left = leftovers.length === 0 ? '' : `# left running and killed: ${leftovers.join(', ')}\n`;
  return `\n# ended by ${how[ended.is]} ${detail}`.trimEnd() + ` after ${seconds} s\n${left}`;
}

function unixNow(): number {
  return Math.floor(Date.now() / 1000);
}
