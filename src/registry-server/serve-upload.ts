import type { ContentDigest, DigestAlgorithm } from './content-digest.ts';
import { algorithmOf, isDigestAlgorithm } from './content-digest.ts';
import { blobSize } from './blob-files.ts';
import { readChunkRange } from './byte-range.ts';
import type { Exchange, RegistryContext, RegistryReply } from './exchange.ts';
import { wholeReply } from './exchange.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RepositoryName } from './repository-name.ts';
import type { RouteOf } from './route.ts';
import { readDigest, toRepository } from './route.ts';
import type { UploadSession } from './upload-sessions.ts';

/** POST: begins an upload, takes a whole blob (`digest`), or mounts one of another repository (`mount`). */
export async function startUpload(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'uploads'>,
): Promise<RegistryReply> {
  const { query } = exchange;
  const { repository } = route;
  const [mount, whole] = [query.get('mount'), query.get('digest')];
  if (mount !== null) {
    const digest = readDigest(mount);
    if (await mountBlob(context, exchange, { repository, digest })) return createdReply(repository, digest);
  }
  if (whole === null || mount !== null) {
    const algorithm = announcedAlgorithm(query.get('digest-algorithm'));
    return progressReply({ session: await context.uploads.start(repository, algorithm), status: 202 });
  }
  const digest = readDigest(whole);
  const session = await context.uploads.start(repository, algorithmOf(digest));
  try {
    await session.file.append(exchange.body);
    await settle(context, session, digest);
  } finally {
    // Nobody knows the id of this session.
    await session.end();
  }
  return createdReply(repository, digest);
}

/** PATCH: appends a chunk, at the place its `Content-Range` says, or a stream without one. */
export async function appendUpload(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'upload'>,
): Promise<RegistryReply> {
  const session = await findSession(context, route);
  const size = await session.alone(async () => {
    await appendBody(exchange, session);
    return currentSize(session);
  });
  return progressReply({ session, status: 202, size });
}

/** PUT: takes the last chunk, if there is one, and makes the upload a blob. */
export async function finishUpload(
  context: RegistryContext,
  exchange: Exchange,
  route: RouteOf<'upload'>,
): Promise<RegistryReply> {
  const session = await findSession(context, route);
  const digest = readDigest(exchange.query.get('digest'));
  await session.alone(async () => {
    await appendBody(exchange, session, algorithmOf(digest));
    await settle(context, session, digest);
  });
  return createdReply(route.repository, digest);
}

export async function showUpload(context: RegistryContext, route: RouteOf<'upload'>): Promise<RegistryReply> {
  const session = await findSession(context, route);
  return progressReply({ session, status: 204, size: await currentSize(session) });
}

export async function cancelUpload(context: RegistryContext, route: RouteOf<'upload'>): Promise<RegistryReply> {
  const session = await findSession(context, route);
  await session.alone(() => session.end());
  return wholeReply(204);
}

/** The upload is over with this, whether it became a blob or was refused. */
async function settle(context: RegistryContext, session: UploadSession, digest: ContentDigest): Promise<void> {
  try {
    await session.file.settle(digest, (file) =>
      context.store.changeIndex(session.repository, async (index, blobs) => {
        await blobs.place(digest, file);
        return { index, result: undefined };
      }),
    );
  } finally {
    await session.end();
  }
}

/** From the repository named by `from`, or without one from any repository that has it. */
async function mountBlob(
  context: RegistryContext,
  exchange: Exchange,
  wanted: { readonly repository: RepositoryName; readonly digest: ContentDigest },
): Promise<boolean> {
  const { store } = context;
  const from = exchange.query.get('from');
  const sources = from === null ? await store.listRepositories(repositoryLimit) : [toRepository(from)];
  const { repository, digest } = wanted;
  for (const source of sources) {
    const layout = store.layoutOf(source);
    if ((await blobSize(layout, digest)) === undefined || (await store.readIndex(source)) === undefined) continue;
    const linked = await store.changeIndex(repository, async (index, blobs) => ({
      index,
      result: await blobs.link(digest, layout),
    }));
    if (linked) return true;
  }
  return false;
}

const repositoryLimit = 1000;

async function appendBody(exchange: Exchange, session: UploadSession, algorithm?: DigestAlgorithm): Promise<void> {
  const { headers, body } = exchange;
  const header = headers['content-range'];
  if (header === undefined) return session.file.append(body, { algorithm });
  const range = readChunkRange(header);
  const size = await currentSize(session);
  if (range === undefined || range.first !== size)
    throw new RegistryFault({ status: 416, code: 'BLOB_UPLOAD_INVALID' }, `The next byte wanted is ${size}`, {
      headers: progressHeaders(session, size),
    });
  const announced = range.last - range.first + 1;
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== announced)
    throw new RegistryFault(
      { status: 400, code: 'SIZE_INVALID' },
      `Content-Range announces ${announced} bytes, Content-Length ${length}`,
    );
  await session.file.append(body, { limit: announced, algorithm });
  if ((await session.file.size()) === range.last + 1) return;
  await session.end();
  throw new RegistryFault({ status: 400, code: 'SIZE_INVALID' }, 'Fewer bytes came than were announced');
}

async function findSession(context: RegistryContext, route: RouteOf<'upload'>): Promise<UploadSession> {
  const session = await context.uploads.find(route.repository, route.id);
  if (session !== undefined) return session;
  throw unknownUpload();
}

async function currentSize(session: UploadSession): Promise<number> {
  const size = await session.file.size();
  if (size !== undefined) return size;
  throw unknownUpload();
}

function unknownUpload(): RegistryFault {
  return new RegistryFault({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }, 'There is no such upload, or it has ended');
}

function announcedAlgorithm(name: string | null): DigestAlgorithm | undefined {
  if (name === null) return undefined;
  if (isDigestAlgorithm(name)) return name;
  throw new RegistryFault(
    { status: 400, code: 'DIGEST_INVALID' },
    'Digests of other algorithms than sha256 and sha512 are not supported',
  );
}

interface Progress {
  readonly session: UploadSession;
  readonly status: 202 | 204;
  readonly size?: number;
}

function progressReply({ session, status, size = 0 }: Progress): RegistryReply {
  return wholeReply(status, progressHeaders(session, size));
}

// Zero bytes and one byte look alike here: the protocol has no other way to say zero.
function progressHeaders(session: UploadSession, size: number): Record<string, string> {
  return {
    Location: `/v2/${session.repository}/blobs/uploads/${session.id}`,
    Range: `0-${Math.max(0, size - 1)}`,
    'Docker-Upload-UUID': session.id,
  };
}

function createdReply(repository: RepositoryName, digest: ContentDigest): RegistryReply {
  return wholeReply(201, { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest });
}
