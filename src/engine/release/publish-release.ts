import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { statementTag } from '../../estate/registry-tags.ts';
import type { Step } from '../../plan/step.ts';
import { checksums } from '../../report/documents/checksums.ts';
import type { ReleaseNotesInput } from '../../report/documents/release-notes.ts';
import { releaseNotes, verifyCommands } from '../../report/documents/release-notes.ts';
import type { ReleaseJob } from './make-candidate.ts';
import { sbomFile } from './candidate-documents.ts';
import { documentAssetNames, documentsOf } from './released-documents.ts';
import type { PinnedStatement } from './pin-statement.ts';
import { writeImageTags } from './write-image-tags.ts';
import { requireStillStanding } from './still-standing.ts';
import { readReleaseNotes } from '../documents/read-release-notes.ts';
import { readBinary } from '../facts/read-binary.ts';
import { readArtifact, resolveOrFail, streamOf } from '../facts/read-artifact.ts';
import { readRecordBundle } from '../facts/read-record.ts';
import { writeBundle } from '../facts/signed-documents.ts';
import { signBlob } from '../facts/trusted-signature.ts';
import { runStep } from '../run-step.ts';
import type { StepHandler } from '../run-step.ts';
import type { DraftEffect } from '../steps/forge.ts';
import { assetHandler, draftHandler, publishHandler, readAssetWhole } from '../steps/forge.ts';
import { imageTagHandler } from '../steps/image-tag.ts';
import type { ReleaseWorld } from '../world.ts';

export const assetNames = {
  checksums: 'SHA256SUMS',
  checksumsBundle: 'SHA256SUMS.sigstore.json',
  statement: 'statement.sigstore.json',
} as const;

/**
 * Publishes what the pinned statement names, in the order that keeps consumers safe: draft, assets, immutable image tags,
 * forge release, and last the statement's own tag, which is the commit point. Returns what was published.
 */
export async function publishRelease(
  world: ReleaseWorld,
  job: ReleaseJob,
  pinned: PinnedStatement,
): Promise<ReleasePredicate> {
  const { admitted, loaded } = job;
  const { tag } = admitted;
  const title = `${loaded.policy.project} ${tag.name}`;
  const prerelease = admitted.class === 'rc';
  // Which image it will be is settled after the draft is made; notes of another run's image would stay for ever.
  const draft = { tag: tag.name, title, notes: `${title} is being published.\n`, prerelease };
  await runStep({ kind: 'draft', ...draft }, draftHandler(world.forge, draft), world);
  const { release, statement } = await settleOnForge(world, job, pinned);
  await uploadAssets(world, job, { release });
  const notes = await makeNotes(world, job, release);
  await requireOwnDraft(world, draft, { release, notes });
  const digest = release.image.index;
  await requireStillStanding(world, job, digest);
  await writeImageTags(world, job, release);
  await requireStillStanding(world, job, digest);
  await requireOwnDraft(world, draft, { release, notes });
  const publication = { tag: tag.name, object: tag.object, notes };
  await runStep({ kind: 'publish', tag: tag.name }, publishHandler(world.forge, publication), world);
  const commit = { tag: statementTag(admitted.version), digest: statement, once: 'immutable' } as const;
  await runStep({ kind: 'commit', imageTag: commit.tag, statement }, imageTagHandler(world.repository, commit), world);
  return release;
}

/**
 * Where two runs pinned different statements, on a registry that knows no conditions, the forge decides: a file name can
 * be taken there once. The statement is the first file; whoever comes second goes on with the one that is there.
 */
async function settleOnForge(world: ReleaseWorld, job: ReleaseJob, pinned: PinnedStatement): Promise<PinnedStatement> {
  const tag = job.admitted.tag.name;
  const name = assetNames.statement;
  const asset = { tag, name, digest: digestOf(pinned.bundle), size: pinned.bundle.length };
  const step: Step = { kind: 'asset', ...asset };
  return runStep(
    step,
    {
      observe: async () => {
        const found = (await world.forge.findRelease(tag))?.assets.find((one) => one.name === name);
        if (found === undefined) return { is: 'absent' };
        const bundle = await readAssetWhole(world.forge, tag, found);
        if (digestOf(bundle) === asset.digest) return { is: 'present', evidence: pinned };
        const record = await readRecordBundle(world, job.loaded, { version: job.admitted.version, bundle });
        if (record.is === 'valid' && record.release.tag.object === job.admitted.tag.object)
          return { is: 'present', evidence: { ...record, statement: await storeBundle(world, record) } };
        const reason = record.is === 'rejected' ? record.reason : 'it is about another tag';
        const message = `Cannot publish ${tag}: its ${name} on ${world.forge.description} does not count: ${reason}`;
        return { is: 'conflict', error: new CutwaterError('ASSET_CONFLICT', message) };
      },
      apply: () => world.forge.uploadAsset(tag, asset, () => streamOf(pinned.bundle)),
    },
    world,
  );
}

/** The statement's bundle as a referrer of its image; the same bundle always gives the same manifest. */
async function storeBundle(
  world: ReleaseWorld,
  record: { readonly release: ReleasePredicate; readonly bundle: Uint8Array },
): Promise<Digest> {
  const { index } = record.release.image;
  const subject = await resolveOrFail(world.repository, index, `the image of ${record.release.version}`);
  return writeBundle(world.repository, record.bundle, { subject, predicateType: predicateTypes.release });
}

/** A draft that someone else began may carry files, a title or notes nobody here decided; none of that is published. */
async function requireOwnDraft(
  world: ReleaseWorld,
  draft: DraftEffect,
  { release, notes }: { readonly release: ReleasePredicate; readonly notes: string },
): Promise<void> {
  const found = await world.forge.findRelease(draft.tag);
  if (found?.state !== 'draft') return;
  const own = new Set<string>([...release.assets.map(({ name }) => name), ...Object.values(assetNames)]);
  const foreign = found.assets.filter(({ name }) => !own.has(name)).map(({ name }) => quote(name));
  const differs = [
    ...(foreign.length > 0 ? [`it has the files ${foreign.join(', ')}, which are not of this release`] : []),
    ...(found.prerelease === draft.prerelease ? [] : ['it has the wrong prerelease mark']),
    ...(found.title === draft.title ? [] : [`its title is ${quote(found.title)}`]),
    ...([draft.notes, notes].includes(found.notes) ? [] : ['its notes are not those of this release']),
  ];
  if (differs.length === 0) return;
  throw new CutwaterError(
    'ASSET_CONFLICT',
    `Cannot publish ${draft.tag}: someone else changed its draft on ${world.forge.description}`,
    {
      details: differs,
      hint: 'Look at the draft there; remove it, or what is foreign in it, and run the same command again',
    },
  );
}

async function makeNotes(world: ReleaseWorld, job: ReleaseJob, release: ReleasePredicate): Promise<string> {
  const { admitted, build } = job;
  const { version, commit } = admitted;
  return releaseNotes({
    ...(await readReleaseNotes(world.git, { version, commit, build })),
    version: release.version,
    image: release.image,
    companions: release.companions ?? [],
    binaries: release.binaries,
    ...originOf(release),
    verifyCommands: verifyCommands({
      image: release.image,
      companions: release.companions ?? [],
      tag: admitted.tag.name,
      signer: job.loaded.policy.trust.ci[0],
    }),
  });
}

function originOf({ promotes, rebuild, build }: ReleasePredicate): Pick<ReleaseNotesInput, 'origin'> {
  if (promotes !== undefined)
    return { origin: { is: 'promotion', version: promotes.version, buildCommit: build.commit } };
  return rebuild === undefined ? {} : { origin: { is: 'rebuild', ...rebuild } };
}

async function uploadAssets(
  world: ReleaseWorld,
  job: ReleaseJob,
  { release }: { readonly release: ReleasePredicate },
): Promise<void> {
  const tag = release.tag.name;
  for (const asset of release.assets) {
    const step = { kind: 'asset', tag, ...asset } as const;
    await runStep(
      step,
      assetHandler(world.forge, step, () => openAsset(world, job, { release, name: asset.name })),
      world,
    );
  }
  const sums = new TextEncoder().encode(checksums(release.assets));
  const list = { kind: 'asset', tag, name: assetNames.checksums, digest: digestOf(sums), size: sums.length } as const;
  await runStep(
    list,
    assetHandler(world.forge, list, () => streamOf(sums)),
    world,
  );
  const step: Step = { kind: 'asset', tag, name: assetNames.checksumsBundle, digest: undefined, size: undefined };
  await runStep(step, checksumsBundleHandler(world, job, { tag, sums }), world);
}

/** A signature is not the same twice; any valid one over the same checksums will do. */
function checksumsBundleHandler(
  world: ReleaseWorld,
  job: ReleaseJob,
  signed: { readonly tag: string; readonly sums: Uint8Array },
): StepHandler<string> {
  const name = assetNames.checksumsBundle;
  return {
    observe: async () => {
      const release = await world.forge.findRelease(signed.tag);
      const found = release?.assets.find((asset) => asset.name === name);
      if (found === undefined) return { is: 'absent' };
      const bundle = await readAssetWhole(world.forge, signed.tag, found);
      const verdict = await world.bundleVerifier.verifyBlob(bundle, signed.sums, job.loaded.trust);
      if (verdict.is === 'valid') return { is: 'present', evidence: verdict.signer };
      const message = `Cannot add ${quote(name)} to ${signed.tag}: the one that is there does not count, ${verdict.reason}`;
      return { is: 'conflict', error: new CutwaterError('ASSET_CONFLICT', message) };
    },
    apply: async () => {
      const bundle = await signBlob(world, signed.sums, { trust: job.loaded.trust, what: 'the checksums' });
      const asset = { name, digest: digestOf(bundle), size: bundle.length };
      await world.forge.uploadAsset(signed.tag, asset, () => streamOf(bundle));
    },
  };
}

interface AssetOf {
  readonly release: ReleasePredicate;
  readonly name: string;
}

/** The bytes of an asset, from the image or from the signed documents, wherever this run began. */
async function* openAsset(world: ReleaseWorld, job: ReleaseJob, asset: AssetOf): AsyncIterable<Uint8Array> {
  const { release, name } = asset;
  const binary = release.binaries.find((candidate) => candidate.name === name);
  if (binary !== undefined) {
    const file = await readBinary(world, release, binary);
    if (file !== undefined) yield* world.workspace.open(file.file);
    return;
  }
  yield* streamOf(await readDocumentAsset(world, job, asset));
}

async function readDocumentAsset(world: ReleaseWorld, job: ReleaseJob, asset: AssetOf): Promise<Uint8Array> {
  const { release, name } = asset;
  for (const { document, prefix, place } of documentsOf(world, release)) {
    if (!Object.values(documentAssetNames(document, prefix)).includes(name)) continue;
    const artifact = place && (await readArtifact(place.repository, document.referrer));
    if (artifact?.is !== 'ok') break;
    if (document.role === 'provenance') return artifact.value.content;
    const verdict = await world.bundleVerifier.verifyStatement(artifact.value.content, job.loaded.trust);
    if (verdict.is === 'valid') return sbomFile(verdict.payload, name);
  }
  throw new CutwaterError(
    'VERIFICATION_FAILED',
    `Cannot make ${quote(name)}: the document it comes from is gone from the registry or does not count`,
  );
}
