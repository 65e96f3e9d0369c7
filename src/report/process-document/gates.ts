import type { EvidencePolicy, GateClass, GatePolicy } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Block } from './document.ts';
import { commands, list, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { ageOf, duration } from './project-names.ts';
import type { ShellLine } from './shell.ts';
import { command as commandLine } from './shell.ts';

/** The gates of a class of releases: what each runs, on what, how long, and what must come of it. */
export function gatesOf(policy: Policy, gateClass: GateClass): readonly Block[] {
  const gates = policy.gates.filter(({ classes }) => classes.includes(gateClass));
  if (gates.length === 0) return [say(prose`The rules name no gate for it: nothing is run but the build itself.`)];
  const rows = gates.map((gate) => [
    prose`${gate.name}`,
    code(gate.command.join(' ')),
    prose`${gate.on === 'source' ? 'the source' : 'the built image'}`,
    prose`${duration(gate.timeoutSeconds)}`,
  ]);
  const conditions = gates.flatMap(conditionsOf);
  return [
    { kind: 'table', head: ['Gate', 'Command', 'Runs on', 'Time limit'], rows },
    ...(conditions.length === 0 ? [] : [list(...conditions)]),
  ];
}

/** The commands of the gates that need no image, as a maintainer runs them in the clone. */
export function sourceGateCommands(policy: Policy, gateClass: GateClass): readonly Block[] {
  const lines = policy.gates
    .filter(({ classes, on }) => on === 'source' && classes.includes(gateClass))
    .map(({ command }): ShellLine => commandLine(command));
  return lines.length === 0 ? [] : [commands('hand', ...lines)];
}

/** What the scan of the built image lets pass; nothing where there is none. */
export function scanOf({ scan }: Policy): readonly Block[] {
  if (scan === undefined) return [];
  const { tool, failOn, ignoreUnfixed, exceptions } = scan;
  const how =
    tool === 'recorded'
      ? prose`The image of each platform is scanned; the reports are made before and kept in the repository.`
      : prose`The image of each platform is scanned with ${tool}, whose knowledge may be ${ageOf(scan.maxDatabaseAge)}
        old.`;
  const unfixed = ignoreUnfixed ? prose`, unless nobody has mended it yet` : prose``;
  const excepted = exceptions.map(({ id, reason }) => prose`${code(id)} is let through: ${reason}`);
  return [
    say(prose`${how} A vulnerability of severity ${failOn} or worse stops it${unfixed}.`),
    ...(excepted.length === 0 ? [] : [list(...excepted)]),
  ];
}

/** Who lists what is in the image besides Cutwater; nothing where nobody does. */
export function listedBy({ sbom }: Policy): readonly Block[] {
  if (sbom.also.length === 0) return [];
  const tools = enumerate(sbom.also.map(({ tool }) => prose`${tool}`));
  return [
    say(prose`What is in the image of each platform is listed by Cutwater, and by ${tools} too: the SBOM says who saw
      what. Where one of them fails, nothing is published.`),
  ];
}

/** The results that maintainers sign for a class of releases. */
export function evidenceOf(
  policy: Policy,
  gateClass: EvidencePolicy['requiredFor'][number],
): readonly EvidencePolicy[] {
  return policy.evidence.filter(({ requiredFor }) => requiredFor.includes(gateClass));
}

function conditionsOf(gate: GatePolicy): readonly Inline[] {
  const { report, whenChanged, env } = gate;
  return [
    ...(report === undefined
      ? []
      : [prose`${gate.name} passes by what it writes to ${code(report.path)}, not by its exit code alone.`]),
    ...(whenChanged.length === 0
      ? []
      : [prose`${gate.name} is needed only where ${enumerate(whenChanged.map(code), 'or')} changed.`]),
    ...(env.length === 0 ? [] : [prose`${gate.name} gets the variables ${enumerate(env.map(code))}.`]),
  ];
}
