import type { DecisionMessage } from '../../domain/decision-message.ts';
import { formatDecisionMessage } from '../../domain/decision-message.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { formatEvidenceMessage } from '../../domain/evidence-message.ts';
import { objectId } from '../../domain/object-id.ts';
import { formatVersion, readVersion } from '../../domain/version.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ShellLine } from './shell.ts';

/** Values that no real message has, and the variables that stand for them on the page. */
const version = readVersion('999999999.1.1');
const previous = readVersion('999999999.1.0');
const candidate = readVersion('999999999.1.1-rc.1');
const commit = objectId('e'.repeat(40));
const release = objectId('f'.repeat(40));
const digest = digestFromHex('f'.repeat(64));
const variables: readonly (readonly [value: string, variable: string])[] = [
  [formatVersion(candidate), '$VERSION-rc.$RC'],
  [formatVersion(version), '$VERSION'],
  [formatVersion(previous), '$PREVIOUS'],
  [digest, '$DIGEST'],
  [release, '$RELEASE'],
  [commit, '$COMMIT'],
];

/** The message of a withdrawal as Cutwater writes it, with shell variables in it. */
export function withdrawalMessage(policy: Policy): readonly ShellLine[] {
  const message: DecisionMessage = {
    project: policy.project,
    decision: 'withdrawn',
    version,
    release,
    digest,
    aliases: 'move',
    useInstead: previous,
    reason: '$REASON',
  };
  return linesOf(formatDecisionMessage(message)).map(({ shell }) => ({
    shell: shell.replace(/^(Aliases: )move$/, '$1$ALIASES'),
  }));
}

/** The message of a piece of evidence about a release candidate. */
export function evidenceMessage(policy: Policy, name: string): readonly ShellLine[] {
  const message = formatEvidenceMessage({
    project: policy.project,
    evidence: name,
    version: candidate,
    release,
    commit,
    digest,
    outcome: 'pass',
    environment: undefined,
    report: undefined,
    note: '',
  });
  return linesOf(message);
}

function linesOf(message: string): readonly ShellLine[] {
  const filled = variables.reduce((text, [value, variable]) => text.replaceAll(value, () => variable), message);
  return filled
    .trimEnd()
    .split('\n')
    .map((shell) => ({ shell }));
}
