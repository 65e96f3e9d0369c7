import { shortNameOf } from '../domain/image-name.ts';
import { completeChecks } from './checks-schema.ts';
import { completeForge } from './forge-schema.ts';
import { toChannel } from './announce-schema.ts';
import { toEvidence, toGate } from './complete-gates.ts';
import { toVersionFile } from './prepare-schema.ts';
import { toWorkflowPolicy } from './ci-schema.ts';
import type { CiPolicy, ImageBuild, MaintainerPolicy, Policy } from './policy.ts';
import type { PolicyDocument } from './schema.ts';

type MaintainerDocument = PolicyDocument['trust']['maintainers'][number];
type BuildDocument = PolicyDocument['images'][number]['build'];

/** Fills the defaults that depend on other fields. The document has passed the schema and the checks between fields. */
export function completePolicy(document: PolicyDocument): Policy {
  const { project, git, channels, forge } = document;
  const images = document.images.map(({ repository, mirrors, platforms, build, lockFiles }, place) => ({
    name: repository ?? { registry: 'embedded', repository: project },
    mirrors,
    platforms,
    build: toBuild(build),
    ...(place === 0 ? {} : { lockFiles }),
  }));
  return {
    project,
    source: document.source,
    git: { ...git, releaseBranches: git.releaseBranches ?? [...new Set([git.branch, 'hotfix/*'])] },
    signatures: document.signatures,
    signing: { ...document.signing, timestamp: document.signing.timestamp },
    trust: { maintainers: document.trust.maintainers.map(toMaintainer), ci: document.trust.ci.map(toCi) },
    images,
    binaries: document.binaries.map(({ image, ...binary }) => {
      const companion = images.slice(1).find(({ name }) => shortNameOf(name) === image)?.name;
      return companion === undefined ? binary : { ...binary, image: companion };
    }),
    channels: {
      ...channels,
      latest: channels.latest === 'highest' ? { kind: 'highest' } : { kind: 'line', line: channels.latest },
    },
    changelog: document.changelog,
    upgrading: document.upgrading === false ? undefined : document.upgrading,
    processDocument: document.processDocument,
    upgradingRequired: document.upgrading === false ? [] : document.upgradingRequired,
    versionFiles: document.versionFiles.map(toVersionFile),
    notBuildInput: document.notBuildInput ?? documentsOf(document),
    hotfix: document.hotfix,
    gates: document.gates.map(toGate),
    evidence: document.evidence.map(toEvidence),
    scan: document.scan,
    sbom: document.sbom,
    lockFiles: document.lockFiles,
    ci: toWorkflowPolicy(document.ci, document.source),
    checks: completeChecks(document.checks),
    forge: completeForge(forge, document.source),
    withdrawal: document.withdrawal,
    announce: document.announce.map(toChannel),
  };
}

/** What preparing a release writes after its candidates were built, and other documents. */
function documentsOf({ changelog, upgrading, processDocument }: PolicyDocument): readonly string[] {
  const files = [changelog, ...(upgrading === false ? [] : [upgrading]), processDocument];
  return [...new Set([...files.filter((path) => !path.startsWith('docs/')), 'docs/**'])];
}

function toMaintainer({ name, openpgp, ssh, revoked, notAfter }: MaintainerDocument): MaintainerPolicy {
  if (openpgp !== undefined) return { name, key: { kind: 'openpgp', ...openpgp }, revoked, notAfter };
  if (ssh !== undefined) return { name, key: { kind: 'ssh', publicKey: ssh }, revoked, notAfter };
  throw new Error('A maintainer without a key passed the checks');
}

function toCi({ name, keyFile, keyless }: PolicyDocument['trust']['ci'][number]): CiPolicy {
  if (keyFile !== undefined) return { kind: 'key', name, keyFile };
  if (keyless !== undefined) return { kind: 'keyless', name, ...keyless };
  throw new Error('A CI signer without a key passed the checks');
}

function toBuild({ dockerfile, context, builder, target, args, assemble }: BuildDocument): ImageBuild {
  if (dockerfile !== undefined)
    return {
      kind: 'dockerfile',
      dockerfile,
      context: context ?? '.',
      builder: builder ?? 'auto',
      target,
      args: args ?? {},
    };
  if (assemble === undefined) throw new Error('An image without a build passed the checks');
  return { kind: 'assemble', ...assemble, user: assemble.user, workdir: assemble.workdir };
}
