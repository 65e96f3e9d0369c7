import type { Bundle } from '@sigstore/bundle';
import {
  BUNDLE_V01_MEDIA_TYPE,
  BUNDLE_V02_MEDIA_TYPE,
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
  bundleFromJSON,
  ValidationError,
} from '@sigstore/bundle';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { escapeText, quote } from '../../domain/quote.ts';

/** SBOMs of large images stay below this; what is above is an attack or a mistake. Bytes. */
const limit = 64 * 1024 * 1024;

const readableTypes: readonly unknown[] = [
  BUNDLE_V01_MEDIA_TYPE,
  BUNDLE_V02_MEDIA_TYPE,
  BUNDLE_V03_LEGACY_MEDIA_TYPE,
  BUNDLE_V03_MEDIA_TYPE,
];

/** Reads the JSON of a sigstore bundle v0.1 to v0.3. Never throws: whatever the bytes are, a bundle or a reason. */
export function readBundle(bytes: Uint8Array): Parsed<Bundle> {
  if (bytes.length > limit) return refuse(`is larger than ${limit} bytes`);
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const fault = faultInOutline(json);
    return fault === undefined ? accept(bundleFromJSON(json)) : refuse(fault);
  } catch (error) {
    return refuse(`is not a sigstore bundle (${escapeText(reasonOf(error), 120)})`);
  }
}

// The library matches media types by prefix and takes the first content it finds; two would let readers disagree.
function faultInOutline(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'is not a JSON object';
  const mediaType = 'mediaType' in json ? json.mediaType : undefined;
  if (!readableTypes.includes(mediaType))
    return typeof mediaType === 'string' ? `has the media type ${quote(mediaType)}` : 'has no media type';
  if ('dsseEnvelope' in json && 'messageSignature' in json) return 'has two contents';
  return undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof ValidationError) return `wrong ${error.fields.join(', ')}`;
  return error instanceof Error ? error.message : String(error);
}
