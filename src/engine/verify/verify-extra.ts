import { cosignTag, cosignTagKinds } from '../../domain/cosign-tags.ts';
import type { CosignTagKind } from '../../domain/cosign-tags.ts';
import type { Digest } from '../../domain/digest.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { ExtraDocument } from '../../report/extra-checks.ts';
import { extraChecks } from '../../report/extra-checks.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseRecord } from '../facts/read-record.ts';
import type { ForeignArtifact } from '../facts/read-foreign.ts';
import { readForeign } from '../facts/read-foreign.ts';
import { sideBySide } from '../side-by-side.ts';
import { decisionType } from '../steps/decision.ts';
import type { VerifyWorld } from '../world.ts';
import type { OldFormQuestion } from './cosign-old-form.ts';
import { judgeOldAttestation, judgeOldSignature } from './cosign-old-form.ts';
import { guarded } from './guarded-check.ts';
import type { Judgement } from './judge-extra.ts';
import { judgeBundle } from './judge-extra.ts';

export interface ExtraQuery {
  /** The index and the image of each platform. */
  readonly images: readonly { readonly name: string; readonly digest: Digest }[];
  /** Referrers that have a role in the release: they are checked as what they are. */
  readonly named: readonly Digest[];
}

type ExtraWorld = Pick<VerifyWorld, 'repository' | 'bundleVerifier'>;

/**
 * Everything that is attached to the images of a release and that its statement does not name: referrers, and what older
 * cosigns kept under tags. None of it is part of the release. What CI signed is told apart from what proves nothing; anybody who
 * may push can attach something, so neither makes a release wrong.
 */
export async function checkExtra(
  world: ExtraWorld,
  loaded: Pick<LoadedPolicy, 'trust'>,
  query: ExtraQuery,
): Promise<readonly Check[]> {
  const name = 'other documents';
  let found: readonly ExtraDocument[] = [];
  let left = 0;
  const outcome = await guarded(name, async () => {
    const places = await listPlaces(world, query);
    left = Math.max(0, places.length - mostOpened);
    const judged = new Map<Place, readonly ExtraDocument[]>();
    const opened = places.slice(0, mostOpened);
    await sideBySide(opened, atOnce, async (place) => void judged.set(place, await judgePlace(world, loaded, place)));
    found = opened.flatMap((place) => judged.get(place) ?? []);
    return passed(name, 'they were looked at');
  });
  return outcome.is === 'passed' ? extraChecks(found, left) : [outcome];
}

/** The same for every image of a release, each in its own repository. */
export async function checkAllExtra(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  { release, statement }: Pick<Extract<ReleaseRecord, { is: 'valid' }>, 'release' | 'statement'>,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const image of releasedImages(release)) {
    const place = placeOfImage(world, image.name);
    if (place === undefined) continue;
    const isFirst = place.repository === world.repository;
    const images = [
      { name: 'index', digest: image.index },
      ...image.platforms.map(({ platform, digest }) => ({ name: platform, digest })),
    ];
    const named = [...(isFirst ? [statement] : []), ...image.documents.map(({ referrer }) => referrer)];
    const found = await checkExtra(atImage(world, place), loaded, { images, named });
    checks.push(...found.map((check) => (isFirst ? check : { ...check, name: `${check.name} of ${image.name}` })));
  }
  return checks;
}

/** Whoever may push could attach any number. */
const mostOpened = 100;
const atOnce = 4;
const mostSignatures = 20;

interface Place {
  readonly image: ExtraQuery['images'][number];
  readonly kind: CosignTagKind | 'referrer';
  readonly at: ImageTag | Digest;
}

async function listPlaces({ repository }: ExtraWorld, { images, named }: ExtraQuery): Promise<readonly Place[]> {
  const tags = new Set<string>(await repository.listTags());
  const places: Place[] = [];
  for (const image of images) {
    for (const { digest } of await repository.listReferrers(image.digest))
      if (!named.includes(digest)) places.push({ image, kind: 'referrer', at: digest });
    for (const kind of cosignTagKinds) {
      const at = cosignTag(image.digest, kind);
      if (tags.has(at)) places.push({ image, kind, at });
    }
  }
  return places;
}

async function judgePlace(
  world: ExtraWorld,
  loaded: Pick<LoadedPolicy, 'trust'>,
  place: Place,
): Promise<readonly ExtraDocument[]> {
  const { image, kind, at } = place;
  const artifact = await readForeign(world.repository, at, kind === 'referrer' ? 1 : mostSignatures);
  if (artifact === undefined) return [];
  const question = { bundleVerifier: world.bundleVerifier, trust: loaded.trust, subject: image.digest };
  const judged =
    artifact.is === 'refused'
      ? [{ is: 'untrusted', type: kindNames[kind], reason: `it ${artifact.reason}` } as const]
      : await judgeArtifact(artifact.value, kind, question);
  return judged.map((judgement) => ({ ...judgement, on: image.name, at }));
}

const kindNames = {
  referrer: 'referrer',
  sig: 'signature in the old form of cosign',
  att: 'attestation in the old form of cosign',
  sbom: 'SBOM in the old form of cosign',
} as const;

async function judgeArtifact(
  { parsed, layers }: ForeignArtifact,
  kind: Place['kind'],
  question: OldFormQuestion,
): Promise<readonly Judgement[]> {
  switch (kind) {
    case 'sig':
      return Promise.all(layers.map((layer) => judgeOldSignature(layer, question)));
    case 'att':
      return Promise.all(layers.map((layer) => judgeOldAttestation(layer, question)));
    case 'sbom':
      return [{ is: 'untrusted', type: kindNames.sbom, reason: 'it is not signed' }];
    case 'referrer': {
      const [layer] = layers;
      const type = parsed.artifactType ?? layer?.descriptor.mediaType ?? 'referrer';
      // A maintainer's decision or evidence: it is judged under its own tag, by other keys.
      if (type === decisionType) return [];
      if (parsed.subject?.digest !== question.subject)
        return [{ is: 'untrusted', type, reason: 'it is attached to another image than it is listed for' }];
      // What cosign calls the type of an old bundle is that of an empty file, so the layer counts.
      if (layer === undefined || !isBundle(layer.descriptor.mediaType))
        return [{ is: 'untrusted', type, reason: 'it is no signed bundle' }];
      return [await judgeBundle(layer.content, question)];
    }
  }
}

/** Also the spellings of the versions before (sigstore/cosign, specs/BUNDLE_SPEC.md). */
function isBundle(mediaType: string): boolean {
  return mediaType === mediaTypes.sigstoreBundle || /^application\/vnd\.dev\.sigstore\.bundle\+json\b/.test(mediaType);
}
