import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { isObject } from './json-check.ts';
import type { ReadStatement } from './statement.ts';

/** What a provenance statement of Cutwater says it was made from. */
export interface ReadProvenance {
  readonly tag: { readonly name: string; readonly object: ObjectId };
  readonly commit: ObjectId;
}

/** Reads the members of `provenanceStatement` that bind an image to a release tag and a commit. */
export function readProvenance(statement: ReadStatement): Parsed<ReadProvenance> {
  const definition = memberOf(statement.predicate, 'buildDefinition');
  const tag = memberOf(memberOf(definition, 'externalParameters'), 'tag');
  const name = memberOf(tag, 'name');
  const object = memberOf(tag, 'object');
  if (typeof name !== 'string' || !isObjectId(object)) return refuse('names no release tag');
  const commit = readBuiltCommit(statement);
  return commit.is === 'ok' ? accept({ tag: { name, object }, commit: commit.value }) : commit;
}

/** The commit an image was built from, whether for a release tag or for a branch. */
export function readBuiltCommit(statement: ReadStatement): Parsed<ObjectId> {
  if (statement.predicateType !== predicateTypes.provenance) return refuse(`is of type ${statement.predicateType}`);
  const dependencies = memberOf(memberOf(statement.predicate, 'buildDefinition'), 'resolvedDependencies');
  const [source]: readonly unknown[] = Array.isArray(dependencies) ? dependencies : [];
  const commit = memberOf(memberOf(source, 'digest'), 'gitCommit');
  return isObjectId(commit) ? accept(commit) : refuse('names no commit');
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
