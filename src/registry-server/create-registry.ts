import type { ImageTag } from '../domain/image-name.ts';
import type { AccessRules } from './access.ts';
import { checkAccess } from './access.ts';
import { deleteManifest } from './delete-manifest.ts';
import type { Exchange, RegistryContext, RegistryReply, RegistryRequest } from './exchange.ts';
import { faultReply, jsonReply } from './exchange.ts';
import { openLayoutStore } from './layout-store.ts';
import { RegistryFault } from './registry-fault.ts';
import type { Route } from './route.ts';
import { parseRoute } from './route.ts';
import { deleteBlob, serveBlob } from './serve-blob.ts';
import { putManifest, serveManifest } from './serve-manifest.ts';
import { serveReferrers } from './serve-referrers.ts';
import { serveTags } from './serve-tags.ts';
import { appendUpload, cancelUpload, finishUpload, showUpload, startUpload } from './serve-upload.ts';
import { createUploadSessions } from './upload-sessions.ts';

export interface RegistryOptions {
  /** Holds one OCI image layout per repository: `<folder>/<repository>/index.json`. Made when something is pushed. */
  readonly folder: string;
  /** Refuses everything but GET and HEAD with 405. */
  readonly readOnly?: boolean;
  /** Tags that never move once they exist: pushing another digest is 412 TAG_IMMUTABLE, deleting 405. */
  readonly immutableTags?: (tag: ImageTag) => boolean;
  /** Who may come in; without it everybody may do everything. */
  readonly access?: AccessRules;
  /** Takes manifests whose layers or platforms are not there (yet), as mirrors that copy only a part want. */
  readonly sparse?: boolean;
  /** Told about failures of the registry itself; the client gets a 5xx without paths. */
  readonly onFailure?: (error: unknown) => void;
}

export interface Registry {
  /** Answers one request. Never rejects. */
  answer(request: RegistryRequest): Promise<RegistryReply>;
}

/** An OCI registry (distribution-spec 1.1) over image layouts on disk. Several may work on one folder at once. */
export function createRegistry(options: RegistryOptions): Registry {
  const store = openLayoutStore(options.folder);
  const uploads = createUploadSessions(store.uploadFolder);
  const context: RegistryContext = {
    store,
    uploads,
    isImmutable: options.immutableTags ?? (() => false),
    sparse: options.sparse ?? false,
  };
  const failed = (error: unknown, request: RegistryRequest): void => {
    if (!(error instanceof RegistryFault) && !request.isBroken()) options.onFailure?.(error);
  };
  return {
    async answer(request) {
      const { method, headers, body } = request;
      const [path = '', search = ''] = splitTarget(request.target);
      const exchange: Exchange = { method, headers, body, query: new URLSearchParams(search) };
      try {
        if (options.access !== undefined) await checkAccess(exchange, path, options.access);
        const route = parseRoute(path);
        checkWrite(exchange, options.readOnly ?? false);
        const reply = await dispatch(context, exchange, route);
        return complete(reply, (error) => failed(error, request));
      } catch (error) {
        failed(error, request);
        return complete(faultReply(error));
      }
    },
  };
}

/** What every answer says, and a failure in the middle of a long one told where the others are. */
function complete(reply: RegistryReply, onFailure: (error: unknown) => void = () => undefined): RegistryReply {
  const { status, body } = reply;
  const headers = {
    'Docker-Distribution-API-Version': 'registry/2.0',
    'X-Content-Type-Options': 'nosniff',
    ...reply.headers,
  };
  if (typeof body === 'string' || body instanceof Uint8Array) return { status, headers, body };
  return { status, headers, body: { ...body, pieces: watched(body.pieces, onFailure) } };
}

async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* pieces;
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

async function dispatch(context: RegistryContext, exchange: Exchange, route: Route): Promise<RegistryReply> {
  const method = exchange.method === 'HEAD' ? 'GET' : exchange.method;
  switch (route.kind) {
    case 'ping':
      if (method !== 'GET') throw wrongMethod('GET, HEAD');
      return jsonReply({});
    case 'tags':
      if (method !== 'GET') throw wrongMethod('GET, HEAD');
      return serveTags(context, exchange, route);
    case 'referrers':
      if (method !== 'GET') throw wrongMethod('GET, HEAD');
      return serveReferrers(context, exchange, route);
    case 'blob':
      if (method === 'GET') return serveBlob(context, exchange, route);
      if (method === 'DELETE') return deleteBlob(context, route);
      throw wrongMethod('GET, HEAD, DELETE');
    case 'manifest':
      if (method === 'GET') return serveManifest(context, exchange, route);
      if (method === 'PUT') return putManifest(context, exchange, route);
      if (method === 'DELETE') return deleteManifest(context, route);
      throw wrongMethod('GET, HEAD, PUT, DELETE');
    case 'uploads':
      if (method === 'POST') return startUpload(context, exchange, route);
      throw wrongMethod('POST');
    case 'upload':
      if (method === 'GET') return showUpload(context, route);
      if (method === 'PATCH') return appendUpload(context, exchange, route);
      if (method === 'PUT') return finishUpload(context, exchange, route);
      if (method === 'DELETE') return cancelUpload(context, route);
      throw wrongMethod('GET, PATCH, PUT, DELETE');
  }
}

// A browser sends Origin with every write, a registry client never does: a web page must not write to a registry that
// listens on its reader's own machine.
function checkWrite({ method, headers }: Exchange, readOnly: boolean): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (readOnly)
    throw new RegistryFault({ status: 405, code: 'UNSUPPORTED' }, 'This registry is read-only', {
      headers: { Allow: 'GET, HEAD' },
    });
  if (headers.origin !== undefined)
    throw new RegistryFault({ status: 403, code: 'DENIED' }, 'Web pages may not write to this registry');
}

function wrongMethod(allow: string): RegistryFault {
  return new RegistryFault({ status: 405, code: 'UNSUPPORTED' }, `Only ${allow} is understood here`, {
    headers: { Allow: allow },
  });
}

function splitTarget(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target] : [target.slice(0, mark), target.slice(mark + 1)];
}
