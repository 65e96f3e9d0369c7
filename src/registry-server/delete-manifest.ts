import type { ContentDigest } from './content-digest.ts';
import type { ImageTag } from '../domain/image-name.ts';
import { removeBlob } from './blob-files.ts';
import type { RegistryContext, RegistryReply } from './exchange.ts';
import { wholeReply } from './exchange.ts';
import type { LayoutIndex } from './layout-index.ts';
import { withoutManifest, withoutTag } from './layout-index.ts';
import { findUser } from './manifest-graph.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RouteOf } from './route.ts';

/**
 * DELETE of a tag, which leaves its manifest, or of a manifest with all its tags (distribution-spec, "Content
 * Management"). A manifest that an index names is refused, since the index would be broken.
 */
export async function deleteManifest(context: RegistryContext, route: RouteOf<'manifest'>): Promise<RegistryReply> {
  const { repository, reference } = route;
  if ((await context.store.readIndex(repository)) === undefined)
    throw new RegistryFault({ status: 404, code: 'NAME_UNKNOWN' }, 'There is no such repository');
  if (reference.kind === 'tag') {
    const { tag } = reference;
    await context.store.changeIndex(repository, (index) => {
      checkTag(context, index, tag);
      return Promise.resolve({ index: withoutTag(index, tag), result: undefined });
    });
  } else {
    const { digest } = reference;
    const layout = context.store.layoutOf(repository);
    await context.store.changeIndex(repository, async (index) => {
      await checkManifest(context, index, { layout, digest });
      return { index: withoutManifest(index, digest), result: undefined };
    });
    await removeFile(context, route, digest);
  }
  return wholeReply(202);
}

/** After the index no longer names it; a crash in between leaves a file nobody sees. It may have come back meanwhile. */
async function removeFile(context: RegistryContext, route: RouteOf<'manifest'>, digest: ContentDigest): Promise<void> {
  const layout = context.store.layoutOf(route.repository);
  await context.store.removeFiles(route.repository, async (index) => {
    if (!index.byDigest.has(digest) && (await findUser(layout, index, digest)) === undefined)
      await removeBlob(layout, digest);
  });
}

function checkTag(context: RegistryContext, index: LayoutIndex, tag: ImageTag): void {
  if (!index.byTag.has(tag))
    throw new RegistryFault({ status: 404, code: 'MANIFEST_UNKNOWN' }, `There is no tag "${tag}" in this repository`);
  refuseImmutable(context, tag);
}

async function checkManifest(
  context: RegistryContext,
  index: LayoutIndex,
  { layout, digest }: { readonly layout: string; readonly digest: ContentDigest },
): Promise<void> {
  if (!index.byDigest.has(digest))
    throw new RegistryFault(
      { status: 404, code: 'MANIFEST_UNKNOWN' },
      `There is no manifest ${digest} in this repository`,
    );
  for (const entry of index.entries)
    if (entry.digest === digest && entry.tag !== undefined) refuseImmutable(context, entry.tag);
  const user = await findUser(layout, index, digest);
  if (user !== undefined) throw new RegistryFault({ status: 405, code: 'DENIED' }, `Index ${user} needs this manifest`);
}

function refuseImmutable(context: RegistryContext, tag: ImageTag): void {
  if (context.isImmutable(tag))
    throw new RegistryFault({ status: 405, code: 'TAG_IMMUTABLE' }, `The tag "${tag}" is immutable`);
}
