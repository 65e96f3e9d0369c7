import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { emptyConfigBytes, mediaTypes } from '../../domain/oci.ts';
import { makeArtifact } from '../../domain/oci-manifest.ts';
import type { Trust } from '../../domain/trust.ts';
import type { Step } from '../../plan/step.ts';
import { documentName } from '../../plan/step.ts';
import type { BundleVerifier } from '../../ports/attestor.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import type { ReadStatement } from '../../report/documents/statement.ts';
import { hasSubject, parseStatement } from '../../report/documents/statement.ts';
import { documentLimit, readArtifact, streamOf } from './read-artifact.ts';
import { readForeign } from './read-foreign.ts';
import type { SigningWorld } from './trusted-signature.ts';
import { signStatement } from './trusted-signature.ts';
import { runStep } from '../run-step.ts';
import type { StepHandler } from '../run-step.ts';
import type { ReleaseWorld } from '../world.ts';

/** A signed statement stored as referrer of an image. */
export interface StoredDocument {
  /** The referrer manifest. */
  readonly referrer: Digest;
  readonly payload: Uint8Array;
  readonly statement: ReadStatement;
  readonly payloadDigest: Digest;
  readonly bundle: Uint8Array;
  readonly signer: string;
}

export interface DocumentQuery {
  readonly repository: ImageRepository;
  readonly bundleVerifier: BundleVerifier;
  readonly trust: Trust;
  readonly subject: Digest;
  readonly predicateType: string;
  /** Only a document with exactly these bytes signed. */
  readonly payload?: Digest;
}

/**
 * The documents about a subject that a trusted CI key signed, in order of their digests. What the referrers list says of
 * them is a hint; each manifest is opened, each bundle verified, each statement must speak of the subject.
 */
export async function findDocuments(query: DocumentQuery): Promise<readonly StoredDocument[]> {
  const referrers = (await query.repository.listReferrers(query.subject)).filter(mayBeBundle).slice(0, referrersRead);
  const found: StoredDocument[] = [];
  for (const { digest } of referrers.toSorted((left, right) => (left.digest < right.digest ? -1 : 1))) {
    const document = await readDocument(query, digest);
    if (document !== undefined && (query.payload === undefined || query.payload === document.payloadDigest))
      found.push(document);
  }
  return found;
}

/** More referrers than this are not opened: whoever may push could add any number. */
const referrersRead = 500;

/** Old clients list a bundle under the type of its empty config; everything else that names another type is none. */
function mayBeBundle({ artifactType }: Descriptor): boolean {
  return (
    artifactType === undefined || artifactType === mediaTypes.ociEmpty || artifactType === mediaTypes.sigstoreBundle
  );
}

async function readDocument(query: DocumentQuery, referrer: Digest): Promise<StoredDocument | undefined> {
  const artifact = await readForeign(query.repository, referrer, 1);
  if (artifact === undefined || artifact.is === 'refused') return undefined;
  const { parsed, layers } = artifact.value;
  const [layer] = layers;
  if (parsed.subject?.digest !== query.subject || layer?.descriptor.mediaType !== mediaTypes.sigstoreBundle)
    return undefined;
  const { content } = layer;
  const verdict = await query.bundleVerifier.verifyStatement(content, query.trust);
  if (verdict.is === 'rejected') return undefined;
  const statement = parseStatement(verdict.payload);
  if (statement.is === 'refused' || statement.value.predicateType !== query.predicateType) return undefined;
  if (!hasSubject(statement.value, query.subject)) return undefined;
  const payloadDigest = digestOf(verdict.payload);
  return {
    referrer,
    payload: verdict.payload,
    statement: statement.value,
    payloadDigest,
    bundle: content,
    signer: verdict.signer,
  };
}

export interface DocumentToStore {
  readonly role: Extract<Step, { kind: 'document' }>['role'];
  /** The companion it is about; left out for the first image. */
  readonly image?: string;
  readonly platform?: string;
  readonly subject: Descriptor;
  readonly predicateType: string;
  /** The in-toto statement. */
  readonly statement: Uint8Array;
}

type DocumentWorld = SigningWorld & Pick<ReleaseWorld, 'repository' | 'report' | 'signal'>;

/** Signs a statement and stores it as referrer; a valid one with the same payload is reused. */
export async function storeDocument(
  world: DocumentWorld,
  trust: Trust,
  document: DocumentToStore,
): Promise<StoredDocument> {
  const payload = digestOf(document.statement);
  const step: Step = {
    kind: 'document',
    role: document.role,
    ...(document.image === undefined ? {} : { image: document.image }),
    ...(document.platform === undefined ? {} : { platform: document.platform }),
    subject: document.subject.digest,
    payload,
  };
  requireReadable(document.statement, documentName(step));
  const { repository, bundleVerifier } = world;
  let written: Digest | undefined;
  const handler: StepHandler<StoredDocument> = {
    observe: async () => {
      const query = { repository, bundleVerifier, trust, subject: document.subject.digest };
      const [first] = await findDocuments({ ...query, predicateType: document.predicateType, payload });
      if (first !== undefined) return { is: 'present', evidence: first };
      // A search passes over what it cannot read; why our own cannot be read is what people have to know.
      if (written !== undefined) await readArtifact(repository, written);
      return { is: 'absent' };
    },
    apply: async () => {
      const bundle = await signStatement(world, document.statement, { trust, what: `the ${documentName(step)}` });
      written = await writeBundle(repository, bundle, document);
    },
  };
  return runStep(step, handler, world);
}

/** What certificates and entries of a log take in a bundle, at most. Bytes. */
const bundleMargin = 256 * 1024;

/** A document that nobody would read again is neither signed nor written. Its bundle holds it in base64. */
function requireReadable(statement: Uint8Array, name: string): void {
  const most = Math.floor(((documentLimit - bundleMargin) / 4) * 3);
  if (statement.length <= most) return;
  throw new CutwaterError(
    'BUILD_FAILED',
    `Cannot sign the ${name}: it has ${statement.length} bytes, at most ${most} are read`,
    {
      hint: 'Let less go into the image, or name fewer programs under sbom.also in cutwater.yaml',
    },
  );
}

/** Stores a bundle as referrer of its subject; the digest of the referrer manifest. */
export async function writeBundle(
  repository: ImageRepository,
  bundle: Uint8Array,
  about: { readonly subject: Descriptor; readonly predicateType: string },
): Promise<Digest> {
  const layer = { mediaType: mediaTypes.sigstoreBundle, digest: digestOf(bundle), size: bundle.length };
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyConfigBytes), size: emptyConfigBytes.length };
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': about.predicateType,
    'in-toto.io/predicate-type': about.predicateType,
  };
  const artifactType = mediaTypes.sigstoreBundle;
  const manifest = makeArtifact({ artifactType, layers: [layer], subject: about.subject, annotations });
  await repository.writeBlob(config, () => streamOf(emptyConfigBytes));
  await repository.writeBlob(layer, () => streamOf(bundle));
  const descriptor = { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length };
  await repository.writeReferrer(manifest, { ...descriptor, artifactType, annotations }, about.subject.digest);
  return manifest.digest;
}
