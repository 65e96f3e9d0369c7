import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { parseEvidenceMessage } from '../../domain/evidence-message.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import { quote } from '../../domain/quote.ts';
import { compareVersions } from '../../domain/version.ts';
import type { Evidence } from '../../estate/evidence.ts';
import type { EvidenceTagName } from '../../estate/registry-tags.ts';
import type { Policy } from '../../policy/policy.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReadWorld } from '../world.ts';

/** What of the protected branch's rules is needed: whose keys count, and for which project. */
export interface EvidenceRules extends Pick<LoadedPolicy, 'trust'> {
  readonly policy: Pick<Policy, 'project' | 'signatures'>;
}

/** Clocks that are wrong by more than this many seconds are wrong on purpose, or about everything. */
const clockTolerance = 24 * 3600;

/**
 * Whether an evidence tag counts at all: signed by a maintainer for this project, saying in its message what its name
 * says. A key that has retired since cannot vouch any more, but what it called failed stays failed.
 */
export async function judgeEvidence(
  world: Pick<ReadWorld, 'tagVerifier' | 'now'>,
  loaded: EvidenceRules,
  found: { readonly tag: GitTag; readonly name: EvidenceTagName },
): Promise<Parsed<Evidence>> {
  const { tag, name } = found;
  const rules = { trust: loaded.trust, formats: loaded.policy.signatures.formats, now: world.now };
  const verdict = await world.tagVerifier.verifyTag(tag, rules);
  if (verdict.is === 'unsigned') return refuse('it is not signed; only a maintainer may say this');
  const object = verdict.is === 'valid' ? verdict.tag : verdict.retired;
  if (object === undefined) return refuse(verdict.is === 'rejected' ? verdict.reason : 'it does not count');
  const message = parseEvidenceMessage(object.message);
  if (message.is === 'refused') return refuse(`its message ${message.reason}`);
  const { project, evidence, version, outcome } = message.value;
  if (project !== loaded.policy.project) return refuse(`it is about project ${quote(project)}`);
  if (evidence !== name.evidence || compareVersions(version, name.version) !== 0)
    return refuse('its message speaks of something else than its name');
  if (verdict.is === 'rejected' && outcome !== 'fail') return refuse(verdict.reason);
  // A pass that never grows old is refused. A failure is one whatever its date, or a wrong clock would release what failed.
  if (outcome === 'pass' && object.taggedAt > world.now + clockTolerance)
    return refuse('it claims to be made in the future');
  const { release, commit, digest, environment, report, note } = message.value;
  return accept({
    name: evidence,
    version,
    number: name.number,
    tag: { name: tag.name, object: tag.object, raw: tag.raw ?? new Uint8Array() },
    release,
    commit,
    digest,
    outcome,
    environment,
    report,
    note,
    signer: verdict.is === 'valid' ? verdict.signer : undefined,
    signedAt: object.taggedAt,
  });
}
