import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Digest } from './digest.ts';
import { isDigest } from './digest.ts';
import type { Platform } from './platform.ts';

/** An image configuration (OCI image-spec, config.md), as far as this program looks into it. */
export interface ImageConfig {
  readonly platform: Platform;
  /** Digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  /** Everything else as it was read, to be handed on. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Reads an OCI or Docker image configuration. */
export function parseImageConfig(bytes: Uint8Array): Parsed<ImageConfig> {
  const json = parseJson(bytes);
  if (!isRecord(json)) return refuse('is no JSON object');
  const { os, architecture, variant, rootfs } = json;
  if (typeof os !== 'string' || typeof architecture !== 'string') return refuse('has no "os" and "architecture"');
  if (variant !== undefined && typeof variant !== 'string') return refuse('has a "variant" that is no text');
  if (!isRecord(rootfs) || rootfs['type'] !== 'layers') return refuse('has no "rootfs" of type "layers"');
  const diffIds: unknown = rootfs['diff_ids'];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest)) return refuse('has no list of digests in "rootfs.diff_ids"');
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  return accept({ platform, diffIds, json });
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
