import type { ObjectId } from './object-id.ts';

/** What a build was made for: a release tag, or the head of a branch as it was. */
export type BuildSource =
  | { readonly kind: 'tag'; readonly name: string; readonly object: ObjectId }
  | { readonly kind: 'branch'; readonly name: string };

/** The same as signed documents have it: one of two members. */
export interface SourceMembers {
  readonly tag?: { readonly name: string; readonly object: ObjectId };
  readonly branch?: { readonly name: string };
}

export function sourceMembers(source: BuildSource): SourceMembers {
  return source.kind === 'tag'
    ? { tag: { name: source.name, object: source.object } }
    : { branch: { name: source.name } };
}
