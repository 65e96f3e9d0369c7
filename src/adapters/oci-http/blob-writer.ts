import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { isRepositoryName } from '../../domain/image-name.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { quote } from '../../domain/quote.ts';
import type { BlobReader } from './blob-reader.ts';
import type { Place } from './place.ts';
import type { Quirks } from './quirks.ts';
import type { Reply } from './reply-body.ts';
import type { Session } from './session.ts';
import { TransientError } from './transient-error.ts';
import type { UploadJob, UploadPoint } from './upload.ts';
import {
  askForPoint,
  cancelUpload,
  sendRest,
  smallestResume,
  startUpload,
  uploadLocation,
  writeVerb,
} from './upload.ts';

export interface BlobWriter {
  writeBlob(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  mountBlob(descriptor: Descriptor, from: string): Promise<boolean>;
}

export interface BlobWriterParts {
  readonly session: Session;
  readonly place: Place;
  readonly quirks: Quirks;
  readonly reader: BlobReader;
}

/**
 * Uploads blobs with POST and one PUT: the only way that every registry takes. Where that breaks off in a large blob,
 * the next try goes on where the registry says it is, if its word can be trusted; where it is too large for one request
 * (413), it goes in pieces. Everything else begins anew with a fresh source.
 */
export function createBlobWriter({ session, place, quirks, reader }: BlobWriterParts): BlobWriter {
  // Uploads that a refused mount left open, for the writeBlob that usually follows.
  const waiting = new Map<Digest, URL>();

  return {
    mountBlob: async (descriptor, from) => {
      const what = `mount the blob ${place.label(descriptor.digest)}`;
      if (!isRepositoryName(from))
        throw new CutwaterError('INPUT_INVALID', `Cannot ${what}: ${quote(from)} is no repository name`);
      if (!quirks.mount) return false;
      const reply = await askForMount(session, place, { descriptor, from, what });
      if (reply?.status === 202) waiting.set(descriptor.digest, uploadLocation(reply, { place, what }));
      return reply?.status === 201;
    },
    writeBlob: async (descriptor, open) => {
      const left = waiting.get(descriptor.digest);
      waiting.delete(descriptor.digest);
      if (await reader.hasBlob(descriptor.digest)) {
        if (left !== undefined && quirks.cancel) await cancelUpload(session, place, left);
        return;
      }
      await upload({ session, place, quirks, descriptor, open, left });
    },
  };
}

interface Mount {
  readonly descriptor: Descriptor;
  readonly from: string;
  readonly what: string;
}

/** Every refusal only means that the blob must be uploaded. Undefined: refused by way of rights. */
async function askForMount(
  session: Session,
  place: Place,
  { descriptor, from, what }: Mount,
): Promise<Reply | undefined> {
  // A write without a word to the contrary, so that the tokens of this object include push from now on.
  place.writeScopes();
  // Always with `from`: one large registry fails where it is missing.
  const url = place.url(
    `blobs/uploads/?mount=${encodeURIComponent(descriptor.digest)}&from=${encodeURIComponent(from)}`,
  );
  try {
    return await session.send({ what, method: 'POST', url, scopes: place.mountScopes(from) });
  } catch (error) {
    if (
      isCutwaterError(error, 'FORBIDDEN') ||
      isCutwaterError(error, 'UNAUTHENTICATED') ||
      isCutwaterError(error, 'SERVER_ERROR')
    )
      return undefined;
    throw error;
  }
}

interface Upload {
  readonly session: Session;
  readonly place: Place;
  readonly quirks: Quirks;
  readonly descriptor: Descriptor;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** An upload session that is open already. */
  readonly left: URL | undefined;
}

async function upload({ session, place, quirks, descriptor, open, left }: Upload): Promise<void> {
  let broken: { readonly point: UploadPoint; readonly sent: number } | undefined;
  let fresh = left;
  let piece = Number.POSITIVE_INFINITY;
  const job: UploadJob = {
    session,
    place,
    descriptor,
    open,
    onProgress: (point, sent) => {
      broken = { point, sent };
    },
  };
  await session.retry(async (remaining) => {
    const before = broken;
    broken = undefined;
    const resumable = quirks.chunked && before !== undefined && before.point.offset + before.sent >= smallestResume;
    const resumed = resumable ? await askForPoint(job, { ...before, remaining }) : undefined;
    const given = fresh === undefined ? undefined : { location: fresh, offset: 0 };
    fresh = undefined;
    const point = resumed ?? given ?? (await startUpload(job, remaining));
    const limit = resumed === undefined ? piece : Math.min(piece, quirks.maxPatch ?? piece);
    const reply = await sendRest(job, { point, piece: limit, remaining });
    if (reply === undefined) return;
    broken = undefined;
    const error = session.unexpected({ what: writeVerb(place, descriptor) }, reply);
    const smaller = quirks.maxPatch ?? usualPiece;
    const tooLarge = reply.status === 413 && quirks.chunked && descriptor.size > smaller && smaller < piece;
    if (tooLarge) piece = smaller;
    // A place the registry itself had named, and does not like: from the beginning, then.
    throw tooLarge || resumed !== undefined ? new TransientError(error.code, error.message) : error;
  });
}

/** Below what the usual proxies in front of registries let through. */
const usualPiece = 16 * 1024 * 1024;
