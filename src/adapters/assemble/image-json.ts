import { isRecord } from '../../domain/image-config.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Descriptor } from '../../domain/oci.ts';
import { mediaTypes } from '../../domain/oci.ts';
import type { Platform } from '../../domain/platform.ts';
import type { AssembleBuild } from '../../policy/policy.ts';
import type { BaseImage } from './base-image.ts';

export interface ConfigParts {
  readonly build: AssembleBuild;
  readonly platform: Platform;
  readonly base: BaseImage | undefined;
  readonly layer: Digest;
  readonly sourceDateEpoch: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The image configuration (image-spec, config.md) as plain data. What the base says is inherited as `docker build` does:
 * variables and labels are added to, an entrypoint of our own drops the base's arguments.
 */
export function imageConfig(parts: ConfigParts): Readonly<Record<string, unknown>> {
  const { platform, base, layer, sourceDateEpoch } = parts;
  const created = formatTime(sourceDateEpoch);
  const baseJson = base?.config.json ?? {};
  const baseHistory: readonly unknown[] = Array.isArray(baseJson['history']) ? baseJson['history'] : [];
  return {
    ...pick(baseJson, ['os.version', 'os.features']),
    ...(base?.config.platform ?? platform),
    created,
    config: runConfig(parts, isRecord(baseJson['config']) ? baseJson['config'] : {}),
    rootfs: { type: 'layers', diff_ids: [...(base?.config.diffIds ?? []), layer] },
    history: [...baseHistory, { created, created_by: 'cutwater assemble' }],
  };
}

/** An image manifest (image-spec, manifest.md). */
export function imageManifest(
  config: Descriptor,
  layers: readonly Descriptor[],
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers, annotations };
}

/** An image index (image-spec, image-index.md), manifests in the order given. */
export function imageIndex(
  manifests: readonly Descriptor[],
  annotations: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests, annotations };
}

function runConfig(
  { build, labels }: ConfigParts,
  inherited: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const env = mergeEnv(inherited['Env'], build.env);
  const allLabels = { ...(isRecord(inherited['Labels']) ? inherited['Labels'] : {}), ...labels };
  const ports = {
    ...(isRecord(inherited['ExposedPorts']) ? inherited['ExposedPorts'] : {}),
    ...Object.fromEntries(build.ports.map((port) => [port, {}])),
  };
  const { Cmd: inheritedCmd, Entrypoint: inheritedEntrypoint, ...rest } = inherited;
  const entrypoint = build.entrypoint.length > 0 ? build.entrypoint : inheritedEntrypoint;
  const cmd = build.cmd.length > 0 ? build.cmd : build.entrypoint.length > 0 ? undefined : inheritedCmd;
  return {
    ...rest,
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    ...(cmd === undefined ? {} : { Cmd: cmd }),
    ...(env.length === 0 ? {} : { Env: env }),
    ...(Object.keys(allLabels).length === 0 ? {} : { Labels: allLabels }),
    ...(Object.keys(ports).length === 0 ? {} : { ExposedPorts: ports }),
    ...(build.user === undefined ? {} : { User: build.user }),
    ...(build.workdir === undefined ? {} : { WorkingDir: build.workdir }),
  };
}

// The base's variables keep their order; ours replace them in place, new ones follow in the order of their names.
function mergeEnv(inherited: unknown, own: Readonly<Record<string, string>>): readonly string[] {
  const before = Array.isArray(inherited) ? inherited.filter((line) => typeof line === 'string') : [];
  const values = new Map(before.map((line) => [line.split('=', 1)[0] ?? '', line]));
  for (const [name, value] of Object.entries(own).toSorted(([left], [right]) => (left < right ? -1 : 1)))
    values.set(name, `${name}=${value}`);
  return [...values.values()];
}

function pick(json: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(keys.filter((key) => json[key] !== undefined).map((key) => [key, json[key]]));
}

// RFC 3339 in whole seconds.
function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
