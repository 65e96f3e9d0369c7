import type { EvidenceMessage } from '../../src/domain/evidence-message.ts';
import { formatEvidenceMessage } from '../../src/domain/evidence-message.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { formatTagName } from '../../src/domain/tag-name.ts';
import { readVersion } from '../../src/domain/version.ts';
import type { TagOptions } from './git-repository.ts';
import { forceTag } from './git-attacks.ts';
import type { TestProject } from './project.ts';
import { digestAt } from './registry-writer.ts';

/** Signs evidence with git alone, as whoever may push tags could, and pushes it; parts of the message may be changed. */
export async function pushEvidence(
  project: TestProject,
  about: { readonly name: string; readonly version: string; readonly number?: number },
  given: { readonly change?: Partial<EvidenceMessage>; readonly tag?: TagOptions } = {},
): Promise<string> {
  const version = readVersion(about.version);
  const id = async (revision: string) => objectId(await project.clone.git('rev-parse', revision));
  const digest =
    given.change !== undefined && 'digest' in given.change ? undefined : await digestAt(project.data, about.version);
  const message = formatEvidenceMessage({
    project: 'tiny',
    evidence: about.name,
    version,
    release: await id(`refs/tags/v${about.version}`),
    commit: await id(`v${about.version}^{commit}`),
    digest,
    outcome: 'pass',
    environment: undefined,
    report: undefined,
    note: '',
    ...given.change,
  });
  const name = formatTagName({ kind: 'evidence', evidence: about.name, version, number: about.number ?? 1 });
  await forceTag(project, name, { by: project.key, message, ...given.tag });
  return name;
}
