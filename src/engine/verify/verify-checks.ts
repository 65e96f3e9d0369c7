import { gitObjectIdOf } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { parseEvidenceMessage } from '../../domain/evidence-message.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import type { SignedEvidence } from '../../domain/release-checks.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { compareCommits } from '../facts/equivalent-commits.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { timeText } from '../evidence/run-gates.ts';
import type { ReadWorld } from '../world.ts';

/** The gates a release statement names: CI's word, rechecked as far as commits and images can be compared. */
export async function checkGates(world: Pick<ReadWorld, 'git'>, release: ReleasePredicate): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const gate of release.gates) {
    const name = `gate ${gate.name}`;
    if (gate.outcome === 'not-required') {
      checks.push(passed(name, `not required: no critical path changed since ${gate.since}`));
      continue;
    }
    const from = gate.from === undefined ? '' : `, for ${gate.from}`;
    const says = `passed on commit ${gate.commit.slice(0, 12)} at ${gate.finishedAt}${from}`;
    checks.push(await checkCommit(world, { name, says, commit: gate.commit, release }));
  }
  return checks;
}

/** The evidence a release statement carries: each tag object is judged again, with the keys of today. */
export async function checkEvidence(
  world: Pick<ReadWorld, 'git' | 'tagVerifier' | 'now'>,
  loaded: LoadedPolicy,
  release: ReleasePredicate,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const evidence of release.evidence) {
    const name = `evidence ${evidence.name}`;
    if (evidence.outcome === 'not-required') {
      checks.push(passed(name, `not required: no critical path changed since ${evidence.since}`));
      continue;
    }
    const signed = await checkSigned(world, loaded, evidence);
    checks.push(
      signed.is === 'passed'
        ? await checkCommit(world, { name, says: signed.says, commit: evidence.commit, release })
        : signed,
    );
  }
  return checks;
}

async function checkSigned(
  world: Pick<ReadWorld, 'tagVerifier' | 'now'>,
  loaded: LoadedPolicy,
  evidence: SignedEvidence,
): Promise<Check> {
  const name = `evidence ${evidence.name}`;
  const raw = new Uint8Array(Buffer.from(evidence.tag.raw, 'base64'));
  if (gitObjectIdOf('tag', raw, evidence.tag.object) !== evidence.tag.object)
    return failed(name, 'the tag object in the statement does not have the id it names');
  const parsed = parseTagObject(raw);
  if (parsed.is === 'refused') return failed(name, `its tag object ${parsed.reason}`);
  const tag: GitTag = { ...evidence.tag, objectType: 'tag', commit: parsed.value.target, claimedAt: 0, raw };
  const { signatures } = loaded.policy;
  const rules = { trust: loaded.trust, formats: signatures.formats, now: world.now };
  const verdict = await world.tagVerifier.verifyTag(tag, rules);
  if (verdict.is === 'unsigned') return failed(name, 'it is not signed');
  const object = verdict.is === 'valid' ? verdict.tag : verdict.retired;
  if (object === undefined) return failed(name, verdict.is === 'rejected' ? verdict.reason : 'it does not count');
  const fault = faultInMessage(object.message, evidence, loaded.policy.project);
  if (fault !== undefined) return failed(name, fault);
  const by = `for ${evidence.version} by ${evidence.signer.name} at ${timeText(object.taggedAt)}`;
  // What was released keeps its evidence when a key is given up later; nothing new is vouched for by it.
  if (verdict.is === 'rejected') return { name, is: 'warning', says: `signed ${by}; since then: ${verdict.reason}` };
  return passed(name, `signed ${by}`);
}

/** What the maintainer signed must be what the statement says of it. */
function faultInMessage(text: string, evidence: SignedEvidence, project: string): string | undefined {
  const message = parseEvidenceMessage(text);
  if (message.is === 'refused') return `its message ${message.reason}`;
  const said = message.value;
  if (said.project !== project) return `it is about project ${quote(said.project)}`;
  if (said.outcome !== 'pass') return `it says that it ${said.outcome === 'fail' ? 'failed' : 'is pending'}`;
  const isSame =
    said.evidence === evidence.name &&
    formatVersion(said.version) === evidence.version &&
    said.commit === evidence.commit &&
    (said.digest ?? null) === evidence.image &&
    (said.report ?? null) === evidence.report;
  return isSame ? undefined : 'the statement says something else of it than it says itself';
}

/** What was looked at must be the released build: its commit, or one that differs in no build input. */
async function checkCommit(
  { git }: Pick<ReadWorld, 'git'>,
  found: {
    readonly name: string;
    readonly says: string;
    readonly commit: ObjectId;
    readonly release: Pick<ReleasePredicate, 'source' | 'build'>;
  },
): Promise<Check> {
  const { name, says, commit, release } = found;
  if (commit === release.source.commit || commit === release.build.commit) return passed(name, says);
  try {
    // What is no input is what the trees' own policies say, which maintainers signed with the tags.
    const pair = { from: commit, to: release.source.commit };
    const comparison = await compareCommits(git, { notBuildInput: ['**'] }, pair);
    switch (comparison.is) {
      case 'equivalent':
        return passed(name, says);
      case 'different':
        return failed(name, `${says}, which is another build: it differs in ${quote(comparison.inputs[0] ?? '')}`);
      case 'unknown':
        return { name, is: 'warning', says: `${says}; this clone does not have commit ${comparison.missing}` };
    }
  } catch (error) {
    if (!isCutwaterError(error, 'NOT_A_REPOSITORY')) throw error;
    return { name, is: 'warning', says: `${says}; there is no clone to compare it in` };
  }
}
