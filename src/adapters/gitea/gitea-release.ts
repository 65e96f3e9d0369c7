import { hasDeprecatedMark } from '../../domain/deprecated-mark.ts';
import type { ForgeRelease } from '../../ports/forge.ts';
import { requiredFlag, requiredList, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';

export interface GiteaAsset {
  readonly id: number;
  /** Where its bytes are: `/attachments/UUID`. */
  readonly uuid: string;
  readonly name: string;
  readonly size: number;
}

export interface GiteaRelease {
  readonly id: number;
  readonly release: ForgeRelease;
  /** In the order they came. A name may stand here more than once; the first one is the one people get by it. */
  readonly assets: readonly GiteaAsset[];
}

/** Throws BAD_REPLY where a member is missing. */
export function readGiteaRelease(what: string, json: JsonObject): GiteaRelease {
  const tag = requiredText(what, json, 'tag_name');
  const notes = textMember(json, 'body') ?? '';
  const assets = requiredList(what, json, 'assets')
    .map((asset) => readGiteaAsset(what, asset))
    .toSorted((left, right) => left.id - right.id);
  const first = new Map(assets.toReversed().map(({ name, size }) => [name, { name, size }]));
  return {
    id: requiredNumber(what, json, 'id'),
    assets,
    release: {
      tag,
      title: textMember(json, 'name') ?? tag,
      notes,
      state: requiredFlag(what, json, 'draft') ? 'draft' : 'published',
      deprecated: hasDeprecatedMark(notes),
      prerelease: requiredFlag(what, json, 'prerelease'),
      assets: [...first.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    },
  };
}

export function readGiteaAsset(what: string, json: JsonObject): GiteaAsset {
  return {
    id: requiredNumber(what, json, 'id'),
    uuid: requiredText(what, json, 'uuid'),
    name: requiredText(what, json, 'name'),
    size: requiredNumber(what, json, 'size'),
  };
}
