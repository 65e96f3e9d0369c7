import type { Bundle } from '@sigstore/bundle';
import { BUNDLE_V03_MEDIA_TYPE, assertBundleLatest, bundleToJSON } from '@sigstore/bundle';
import type { Signer, Witness } from '@sigstore/sign';
import {
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  TSAWitness,
} from '@sigstore/sign';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Attestor, BundleBytes } from '../../ports/attestor.ts';
import { inTotoPayloadType } from './key-attestor.ts';

export interface KeylessOptions {
  /** The OIDC token of the workflow, for the audience `sigstore`; asked for anew for every certificate. */
  readonly identityToken: () => Promise<Secret>;
  /** Base addresses of the certificate authority and of the transparency log. */
  readonly fulcio: string;
  readonly rekor: string;
  /** Address of a timestamp authority; undefined where the log's own time does. */
  readonly timestamp?: string | undefined;
}

/**
 * Signs with a key that lives as long as one signature: the workflow proves by an OIDC token who it is, gets a certificate
 * for it, and the signature is entered in a public log. Throws UNAUTHENTICATED where the token is not taken, UNREACHABLE
 * and SERVER_ERROR where a service does not answer as it should.
 */
export function keylessAttestor(options: KeylessOptions): Attestor {
  // A signer makes its key when it is made, so each signature gets a signer.
  const newSigner = (): Signer =>
    new FulcioSigner({
      fulcioBaseURL: options.fulcio,
      identityProvider: { getToken: async () => (await options.identityToken()).reveal() },
      ...limits,
    });
  const witnesses: Witness[] = [
    new RekorWitness({ rekorBaseURL: options.rekor, ...limits }),
    ...(options.timestamp === undefined ? [] : [new TSAWitness({ tsaBaseURL: options.timestamp, ...limits })]),
  ];
  return {
    kind: 'keyless',
    identity: `the workflow, certified by ${options.fulcio}`,
    signStatement: async (statement) => {
      const data = Buffer.from(statement);
      const builder = new DSSEBundleBuilder({ signer: newSigner(), witnesses });
      return toBytes(await guarded(() => builder.create({ data, type: inTotoPayloadType })));
    },
    signBlob: async (bytes) => {
      const builder = new MessageSignatureBundleBuilder({ signer: newSigner(), witnesses });
      return toBytes(await guarded(() => builder.create({ data: Buffer.from(bytes) })));
    },
  };
}

const limits = { retry: 3, timeout: 20_000 } as const;

/** As v0.3, which holds the one certificate; the library writes v0.2 with a chain of it for blobs. */
function toBytes(bundle: Bundle): BundleBytes {
  const { content } = bundle.verificationMaterial;
  const [certificate] = content.$case === 'x509CertificateChain' ? content.x509CertificateChain.certificates : [];
  if (certificate !== undefined) {
    bundle.verificationMaterial.content = { $case: 'certificate', certificate };
    bundle.mediaType = BUNDLE_V03_MEDIA_TYPE;
  }
  if (bundle.content.$case === 'dsseEnvelope')
    for (const entry of bundle.content.dsseEnvelope.signatures) entry.keyid = '';
  assertBundleLatest(bundle);
  return new TextEncoder().encode(JSON.stringify(bundleToJSON(bundle)));
}

async function guarded<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof CutwaterError) throw error;
    throw toError(error);
  }
}

function toError(error: unknown): CutwaterError {
  const code: unknown = Reflect.get(Object(error), 'code');
  const cause: unknown = Reflect.get(Object(error), 'cause');
  const status: unknown = Reflect.get(Object(cause), 'statusCode');
  const said = [error, cause].map((one) => (one instanceof Error ? one.message : '')).filter((text) => text !== '');
  const reason = escapeText([...new Set(said)].join(': '), 300);
  const names: Readonly<Record<string, string>> = {
    IDENTITY_TOKEN_READ_ERROR: 'get an identity token',
    IDENTITY_TOKEN_PARSE_ERROR: 'read the identity token',
    CA_CREATE_SIGNING_CERTIFICATE_ERROR: 'get a certificate',
    TLOG_CREATE_ENTRY_ERROR: 'enter the signature in the log',
    TSA_CREATE_TIMESTAMP_ERROR: 'get a timestamp',
  };
  const act = names[String(code)] ?? 'sign without a key';
  return new CutwaterError(codeFor(status, String(code)), `Cannot ${act}: ${quote(reason)}`, { cause: error });
}

function codeFor(status: unknown, code: string): ErrorCode {
  if (status === 401 || status === 403 || code.startsWith('IDENTITY_TOKEN')) return 'UNAUTHENTICATED';
  return typeof status === 'number' && status >= 400 ? 'SERVER_ERROR' : 'UNREACHABLE';
}
