import type { ProjectView } from './project-view.ts';
import { isReleaseDocument, nameOf, ownPaths } from './project-view.ts';

/** A script that a release seems to want. */
export interface ReleaseScript {
  /** Made from the name of the file: `final-launch-smoke`. */
  readonly name: string;
  readonly path: string;
  /** The document of the project that asks for it; undefined where none does. */
  readonly askedBy: string | undefined;
}

export interface ReleaseScripts {
  /** They look at what would be released, such as smoke tests. */
  readonly checks: readonly ReleaseScript[];
  /** A person runs them against something, such as restore drills; what came of it is signed. */
  readonly drills: readonly ReleaseScript[];
}

export function findReleaseScripts(view: ProjectView): ReleaseScripts {
  const scripts = ownPaths(view.paths).filter((path) => /^[A-Za-z0-9._/-]+\.(?:sh|bash|py)$/.test(path));
  const drills = scripts.filter((path) => drill.test(nameOf(path)));
  const checks = scripts.filter((path) => check.test(nameOf(path)) && !drills.includes(path));
  const documents = view.paths.filter(isReleaseDocument);
  const toScript = (path: string): ReleaseScript => ({
    name: scriptName(path),
    path,
    askedBy: documents.find((document) => mentions(view.read(document) ?? '', path)),
  });
  return { checks: checks.slice(0, most).map(toScript), drills: drills.slice(0, most).map(toScript) };
}

const most = 8;
const check = /(?:^|[-_.])smoke(?:[-_]?tests?)?(?:[-_.]|$)/i;
const drill =
  /(?:^|[-_.])(?:restore[-_]drill|drill|restore[-_]test|migration[-_]test|upgrade[-_](?:test|drill))(?:[-_.]|$)/i;

function mentions(document: string, path: string): boolean {
  return document.split(/[^A-Za-z0-9._/-]+/).some((word) => word.replace(/^\.\//, '').replace(/\.$/, '') === path);
}

function scriptName(path: string): string {
  const words = nameOf(path).replace(/\.[a-z]+$/, '');
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-?(?:run-)?/, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  return name === '' ? 'script' : name;
}
