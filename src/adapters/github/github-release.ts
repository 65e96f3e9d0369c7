import { hasDeprecatedMark } from '../../domain/deprecated-mark.ts';
import type { ForgeRelease } from '../../ports/forge.ts';
import { requiredFlag, requiredList, requiredNumber, requiredText } from '../forge-http/forge-json.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { textMember } from '../oci-http/json-object.ts';

export interface GithubAsset {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** `starter`: an upload that never ended. */
  readonly state: string;
}

export interface GithubRelease {
  readonly id: number;
  readonly release: ForgeRelease;
  readonly assets: readonly GithubAsset[];
  readonly isImmutable: boolean;
  /** The template of the address that files are sent to. */
  readonly uploadUrl: string;
}

/** Throws BAD_REPLY where a member is missing. */
export function readGithubRelease(what: string, json: JsonObject): GithubRelease {
  const notes = textMember(json, 'body') ?? '';
  const assets = requiredList(what, json, 'assets').map((asset) => readGithubAsset(what, asset));
  const tag = requiredText(what, json, 'tag_name');
  return {
    id: requiredNumber(what, json, 'id'),
    isImmutable: json['immutable'] === true,
    uploadUrl: requiredText(what, json, 'upload_url'),
    assets,
    release: {
      tag,
      title: textMember(json, 'name') ?? tag,
      notes,
      state: requiredFlag(what, json, 'draft') ? 'draft' : 'published',
      deprecated: hasDeprecatedMark(notes),
      prerelease: requiredFlag(what, json, 'prerelease'),
      // What never arrived whole is not there.
      assets: assets
        .filter(({ state }) => state === 'uploaded')
        .map(({ name, size }) => ({ name, size }))
        .toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    },
  };
}

export function readGithubAsset(what: string, json: JsonObject): GithubAsset {
  return {
    id: requiredNumber(what, json, 'id'),
    name: requiredText(what, json, 'name'),
    size: requiredNumber(what, json, 'size'),
    state: requiredText(what, json, 'state'),
  };
}
